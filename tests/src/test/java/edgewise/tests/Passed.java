package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.SocketType;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Descriptors that are passed to a foreign program, or by one, and how it shows that the other end
 * has the very same things: what it writes to one is read here, and ends when it has closed it.
 */
final class Passed {
  static final String TO_PIPE = "to the pipe";
  static final String TO_SOCKET = "to the socket";
  static final String IN_FILE = "a file";
  static final int MANY = ConnectionOptions.MAX_DESCRIPTORS;

  private Passed() {}

  static void write(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    MemorySegment from =
        Arena.ofAuto().allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    assertEquals(bytes.length, File.write(fd, from, 0, bytes.length));
  }

  /** What comes next; empty at the end. */
  static String read(int fd) {
    MemorySegment into = Arena.ofAuto().allocate(100);
    return text(into, File.read(fd, into, 0, 100));
  }

  /** What a file begins with. */
  static String contents(int fd) {
    MemorySegment into = Arena.ofAuto().allocate(100);
    return text(into, File.pread(fd, into, 0, 100, 0));
  }

  private static String text(MemorySegment from, int length) {
    assertTrue(length >= 0, () -> Errno.describe(-length));
    byte[] bytes = from.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /**
   * Takes a pipe, a file, a socket and another file, uses them, and closes them; then 253 files
   * with their numbers in them. Answers when it has seen all.
   */
  static final class Taker extends Recorder {
    private final List<Descriptor> taken = new ArrayList<>();
    private int all;

    @Override
    void data(Connection c, ByteBuffer in) {
      take(in);
      for (Descriptor each; (each = c.takeDescriptor()) != null; ) {
        assertEquals(File.FD_CLOEXEC, File.fcntl(each.fd(), File.F_GETFD));
        taken.add(each);
        all++;
      }
      if (all == 4) {
        use();
        close();
      } else if (all == 4 + MANY) {
        for (int i = 0; i < MANY; i++) {
          assertEquals(Integer.toString(i), contents(taken.get(i).fd()));
        }
        close();
        c.write("253 right".getBytes(StandardCharsets.US_ASCII));
      }
    }

    private void use() {
      write(taken.get(0).fd(), TO_PIPE);
      assertEquals(IN_FILE, contents(taken.get(1).fd()));
      write(taken.get(2).fd(), TO_SOCKET);
      assertEquals(IN_FILE, contents(taken.get(3).fd()));
    }

    private void close() {
      taken.forEach(Descriptor::close);
      taken.clear();
    }

    @Override
    void closed(Connection c) {
      close();
    }

    void assertAllSeen() {
      assertEquals("four!", text());
      assertEquals(4 + MANY, all);
    }
  }

  /** Passes a pipe, a file and a socket with one message, and many eventfds with the next. */
  static final class Giver extends Recorder {
    private final Rig rig;
    private final int pipe;
    private final int socket;
    private final List<Descriptor> three;
    private final int many;

    Giver(Rig rig, int many) throws IOException {
      this.rig = rig;
      this.many = many;
      int[] ends = new int[2];
      assertEquals(0, File.pipe2(ends, File.O_CLOEXEC));
      pipe = ends[0];
      Path path = Files.writeString(rig.name(), IN_FILE);
      int file = File.open(path.toString(), File.O_RDONLY | File.O_CLOEXEC, 0);
      List<Descriptor> pair = rig.loop().socketPair(SocketType.STREAM);
      socket = pair.getFirst().take();
      three = List.of(own(ends[1]), own(file), pair.getLast());
      rig.closing(own(pipe));
      rig.closing(own(socket));
    }

    private Descriptor own(int fd) {
      assertTrue(fd >= 0, () -> Errno.describe(-fd));
      return rig.mode.backend().own(fd);
    }

    @Override
    void opened(Connection c) {
      c.write(bytes("three"), three);
      var eventfds = new ArrayList<Descriptor>();
      for (int i = 1; i <= many; i++) {
        eventfds.add(own(EventFd.eventfd(i, EventFd.EFD_CLOEXEC)));
      }
      c.write(bytes("!"), eventfds);
    }

    private static ByteBuffer bytes(String text) {
      return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The other end has written to them, and nobody has them open any more: no EAGAIN. */
    void assertUsed() {
      for (int each : new int[] {pipe, socket}) {
        assertEquals(0, File.fcntl(each, File.F_SETFL, File.O_RDWR | File.O_NONBLOCK));
      }
      assertEquals(TO_PIPE, read(pipe));
      assertEquals("", read(pipe));
      assertEquals(TO_SOCKET, read(socket));
      assertEquals("", read(socket));
    }
  }
}
