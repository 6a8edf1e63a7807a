package edgewise.http;

import edgewise.FileRoot;
import edgewise.Trigger;
import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A backend without sockets: connections are arrays, the clock goes when a test says so, and
 * nothing ever waits. Each loop has one of its own.
 */
public final class MemoryBackend implements Backend {
  final MemoryPoller poller = new MemoryPoller();

  /** For the ServiceLoader. */
  public MemoryBackend() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public @Nullable String unavailable() {
    return null;
  }

  @Override
  public boolean has(Feature feature) {
    return false;
  }

  @Override
  public Trigger defaultTrigger() {
    return Trigger.LEVEL;
  }

  @Override
  public Poller openPoller(int eventsPerPoll) {
    return poller;
  }

  @Override
  public FileRoot openRoot(Path directory) throws IOException {
    return new JdkFileRoot(directory);
  }
}
