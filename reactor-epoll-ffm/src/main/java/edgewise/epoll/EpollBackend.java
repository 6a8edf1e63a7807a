package edgewise.epoll;

import edgewise.Descriptor;
import edgewise.FileRoot;
import edgewise.Trigger;
import edgewise.linux.Linux;
import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** epoll(7) on Linux, edge-triggered unless asked otherwise. Found by ServiceLoader. */
public final class EpollBackend implements Backend {
  private final Kernel kernel;

  /** For ServiceLoader. */
  public EpollBackend() {
    this(new LinuxKernel());
  }

  EpollBackend(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public int rank() {
    return 100;
  }

  @Override
  public @Nullable String unavailable() {
    return Linux.unavailable();
  }

  @Override
  public boolean has(Feature feature) {
    return true;
  }

  @Override
  public Descriptor own(int fd) {
    return new Descriptor(fd, kernel::close);
  }

  @Override
  public Descriptor duplicate(Descriptor descriptor) throws IOException {
    return AdoptedSocket.duplicate(kernel, descriptor.fd());
  }

  @Override
  public Trigger defaultTrigger() {
    return Trigger.EDGE;
  }

  @Override
  public Poller openPoller(int eventsPerPoll) throws IOException {
    return EpollPoller.open(kernel, eventsPerPoll);
  }

  @Override
  public FileRoot openRoot(Path directory) throws IOException {
    return EpollFileRoot.open(kernel, directory);
  }
}
