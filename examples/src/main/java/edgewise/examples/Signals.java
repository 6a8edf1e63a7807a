package edgewise.examples;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import java.time.Duration;

/** Any descriptor on the loop: another thread signals through an eventfd, a timer ticks. */
public final class Signals {
  private Signals() {}

  public static void main(String[] args) throws Exception {
    int fd = EventFd.eventfd(0, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC);
    try (var loop = EventLoop.open()) {
      loop.watch(
          fd,
          Interest.READ,
          Trigger.EDGE,
          ready -> {
            System.out.println("signalled " + EventFd.read(ready.fd()) + " times");
            loop.stop(Duration.ZERO);
          });
      loop.schedule(
          Duration.ofMillis(20),
          () -> {
            System.out.println("tick");
            Thread.ofVirtual().start(() -> EventFd.write(fd, 3));
          });
      loop.run();
    } finally {
      File.close(fd);
    }
  }
}
