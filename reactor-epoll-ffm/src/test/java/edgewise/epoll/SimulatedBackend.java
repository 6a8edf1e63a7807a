package edgewise.epoll;

import edgewise.FileRoot;
import edgewise.Trigger;
import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The epoll backend on a simulated kernel, or an altered one, by the name "simulated": the one that
 * the thread has set.
 */
public final class SimulatedBackend implements Backend {
  static final String NAME = "simulated";
  private static final ThreadLocal<@Nullable Kernel> KERNEL = new ThreadLocal<>();

  /** For ServiceLoader. */
  public SimulatedBackend() {}

  static void use(@Nullable Kernel kernel) {
    if (kernel == null) {
      KERNEL.remove();
    } else {
      KERNEL.set(kernel);
    }
  }

  private static EpollBackend backend() {
    return new EpollBackend(Objects.requireNonNull(KERNEL.get(), "no simulated kernel here"));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int rank() {
    return -1;
  }

  @Override
  public @Nullable String unavailable() {
    return KERNEL.get() == null ? "this thread has no simulated kernel" : null;
  }

  @Override
  public boolean has(Feature feature) {
    return true;
  }

  @Override
  public Trigger defaultTrigger() {
    return Trigger.EDGE;
  }

  @Override
  public Poller openPoller(int eventsPerPoll) throws IOException {
    return backend().openPoller(eventsPerPoll);
  }

  @Override
  public FileRoot openRoot(Path directory) throws IOException {
    return backend().openRoot(directory);
  }
}
