package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class TermiosTest {
  @TempDir Path directory;

  private static final int FLAGS = File.O_RDWR | File.O_NOCTTY | File.O_CLOEXEC;

  /** A pseudoterminal: its master and its slave, pty(7). */
  private static int[] terminal(Descriptors fds, Arena arena) {
    int master = fds.own(File.open("/dev/ptmx", FLAGS, 0));
    MemorySegment number = arena.allocate(4, 4);
    ok(Ioctl.ioctl(master, Ioctl.TIOCSPTLCK, number)); // 0: unlocked
    ok(Ioctl.ioctl(master, Ioctl.TIOCGPTN, number));
    String name = "/dev/pts/" + number.get(JAVA_INT, 0);
    return new int[] {master, fds.own(File.open(name, FLAGS, 0))};
  }

  @Test
  void aTerminalIsOneAndAnythingElseIsNot() {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int[] ends = terminal(fds, arena);
      assertEquals(1, Termios.isatty(ends[1]));
      assertErrno(Errno.ENOTTY, Termios.isatty(fds.eventFd(0)));
      assertErrno(Errno.EBADF, Termios.isatty(-1));
      assertErrno(Errno.ENOTTY, Termios.allocate(arena).tcgetattr(fds.eventFd(0)));
      assertErrno(Errno.ENOTTY, Termios.windowSize(fds.eventFd(0), new int[2]));
    }
  }

  @Test
  void inRawModeTheTerminalNeitherEchoesNorWaitsForALine() {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int[] ends = terminal(fds, arena);
      Termios before = Termios.allocate(arena);
      ok(before.tcgetattr(ends[1]));
      assertNotEquals(0, before.lflag() & Termios.ECHO);
      Termios raw = Termios.allocate(arena);
      ok(raw.tcgetattr(ends[1]));
      raw.cfmakeraw();
      ok(raw.tcsetattr(ends[1], Termios.TCSANOW));
      MemorySegment text = arena.allocateFrom("\u0003x", StandardCharsets.US_ASCII);
      assertEquals(2, File.write(ends[0], text, 0, 2));
      MemorySegment read = arena.allocate(16);
      assertEquals(2, File.read(ends[1], read, 0, 16));
      ok(raw.tcgetattr(ends[1]));
      int cooked = Termios.ECHO | Termios.ICANON | Termios.ISIG | Termios.IEXTEN;
      assertEquals(0, raw.lflag() & cooked);
      MemorySegment pending = arena.allocate(4, 4);
      ok(Ioctl.ioctl(ends[0], Ioctl.FIONREAD, pending));
      assertEquals(0, pending.get(JAVA_INT, 0), "no echo");

      ok(before.tcsetattr(ends[1], Termios.TCSAFLUSH));
      ok(raw.tcgetattr(ends[1]));
      assertEquals(before.lflag(), raw.lflag());
    }
  }

  @Test
  void theWindowHasASize() {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int[] ends = terminal(fds, arena);
      ok(Termios.setWindowSize(ends[0], 24, 80));
      int[] size = new int[2];
      ok(Termios.windowSize(ends[1], size));
      assertArrayEquals(new int[] {24, 80}, size);
    }
  }

  @Test
  void memoryThatTheKernelCannotHaveIsRefused() {
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    assertThrows(IllegalArgumentException.class, () -> Ioctl.ioctl(0, Ioctl.TIOCGWINSZ, heap));
  }

  @Test
  void aFifoIsAPipeWithAName() {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      String name = directory.resolve("fifo").toString();
      ok(File.mkfifo(name, 0600));
      assertErrno(Errno.EEXIST, File.mkfifo(name, 0600));
      int flags = File.O_NONBLOCK | File.O_CLOEXEC;
      assertErrno(Errno.ENXIO, File.open(name, File.O_WRONLY | flags, 0));
      int reader = fds.own(File.open(name, File.O_RDONLY | flags, 0));
      int writer = fds.own(File.open(name, File.O_WRONLY | flags, 0));
      assertEquals(1, File.write(writer, arena.allocate(1), 0, 1));
      assertEquals(1, File.read(reader, arena.allocate(1), 0, 1));
      Stat stat = Stat.allocate(arena);
      ok(File.fstat(reader, stat));
      assertEquals(Stat.S_IFIFO, stat.mode() & Stat.S_IFMT);
    }
  }
}
