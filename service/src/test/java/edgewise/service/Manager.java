package edgewise.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The service manager's end of NOTIFY_SOCKET. */
final class Manager implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment octets = arena.allocate(4096);
  private final int fd;

  /** A path, or a name that begins with "@". */
  Manager(String name) {
    fd = Socket.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC, 0);
    assertTrue(fd >= 0);
    var address = Sockaddr.allocate(arena);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (name.startsWith("@")) {
      address.abstractName(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
    } else {
      address.unix(bytes);
    }
    assertEquals(0, Socket.bind(fd, address));
  }

  /** A message that is there, or null. */
  @Nullable String poll() {
    int count = Socket.recv(fd, octets, 0, octets.byteSize(), Socket.MSG_DONTWAIT);
    if (count == -Errno.EAGAIN) {
      return null;
    }
    assertTrue(count >= 0, () -> Errno.describe(-count));
    return new String(
        octets.asSlice(0, count).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
        StandardCharsets.UTF_8);
  }

  /** The next message. */
  String await() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    String message = poll();
    while (message == null) {
      assertTrue(System.nanoTime() < end, "no message within 20 seconds");
      Thread.sleep(1); // between looks at a queue that nothing else wakes us for
      message = poll();
    }
    return message;
  }

  @Override
  public void close() {
    File.close(fd);
    arena.close();
  }
}
