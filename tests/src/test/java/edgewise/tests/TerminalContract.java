package edgewise.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.File;
import edgewise.linux.Ioctl;
import edgewise.linux.Termios;
import edgewise.sources.PipeWriter;
import edgewise.sources.Terminal;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A terminal on the loop; the test sits at the other end of a pseudoterminal, pty(7). */
class TerminalContract {
  private static final class Told implements Terminal.Handler {
    final List<String> events = new ArrayList<>();

    @Override
    public void onInput(Terminal terminal, ByteBuffer in) {
      events.add(StandardCharsets.UTF_8.decode(in).toString());
    }

    @Override
    public void onHangup(Terminal terminal) {
      events.add("hung up");
    }
  }

  /** The end where a person would sit, and the name of the other. */
  private static final class Seat {
    final int fd;
    final Path name;
    private final MemorySegment memory = Arena.ofAuto().allocate(4096, 8);

    Seat(Pipes pipes) {
      int flags = File.O_RDWR | File.O_NOCTTY | File.O_CLOEXEC | File.O_NONBLOCK;
      fd = pipes.owned(File.open("/dev/ptmx", flags, 0));
      assertEquals(0, Ioctl.ioctl(fd, Ioctl.TIOCSPTLCK, memory.fill((byte) 0)));
      assertEquals(0, Ioctl.ioctl(fd, Ioctl.TIOCGPTN, memory));
      name = Path.of("/dev/pts/" + memory.get(JAVA_INT, 0));
    }

    void type(String keys) {
      byte[] bytes = keys.getBytes(StandardCharsets.UTF_8);
      memory.asByteBuffer().put(bytes);
      assertEquals(bytes.length, File.write(fd, memory, 0, bytes.length));
    }

    /** What is on the screen since the last look. */
    String screen() {
      int count = File.read(fd, memory, 0, memory.byteSize());
      byte[] bytes = new byte[Math.max(0, count)];
      memory.asByteBuffer().get(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }

    int localModes() {
      Termios modes = Termios.allocate(Arena.ofAuto());
      assertEquals(0, modes.tcgetattr(fd));
      return modes.lflag();
    }
  }

  private static final int COOKED = Termios.ECHO | Termios.ICANON | Termios.ISIG;

  @Contract(families = Family.UNIX)
  void linesComeWholeAndInRawModeEachKey(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var seat = new Seat(new Pipes(rig));
    var told = new Told();
    Terminal terminal = Terminal.open(rig.loop(), seat.name, told);
    seat.type("hal");
    rig.assertIdle(Duration.ofMillis(20));
    assertEquals(List.of(), told.events);
    seat.type("lo\n");
    rig.until("a line", () -> told.events.equals(List.of("hallo\n")));
    assertEquals("hallo\r\n", seat.screen(), "echoed");
    seat.type("\4");
    rig.until("control-D", () -> told.events.size() == 2);
    assertEquals("", told.events.getLast());
    assertTrue(terminal.isOpen());

    terminal.raw();
    seat.type("\3");
    rig.until("control-C is a byte", () -> told.events.getLast().equals("\3"));
    seat.type("q");
    rig.until("a key", () -> told.events.getLast().equals("q"));
    assertEquals("", seat.screen(), "not echoed");
    terminal.cooked();
    assertEquals(COOKED, seat.localModes() & COOKED);
    terminal.close();
  }

  @Contract(families = Family.UNIX)
  void theModesAreRestoredHoweverItEnds(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var pipes = new Pipes(rig);
    var closed = new Seat(pipes);
    Terminal first = Terminal.open(rig.loop(), closed.name, new Told());
    first.raw();
    first.raw();
    assertEquals(0, closed.localModes() & COOKED);
    first.close();
    assertEquals(COOKED, closed.localModes() & COOKED);

    var failed = new Seat(pipes);
    Terminal second =
        Terminal.open(
            rig.loop(),
            failed.name,
            (_, _) -> {
              throw new IllegalStateException("on purpose");
            });
    second.raw();
    failed.type("x");
    rig.until("closed", () -> !second.isOpen());
    assertEquals(COOKED, failed.localModes() & COOKED);

    var left = new Seat(pipes);
    Terminal.open(rig.loop(), left.name, new Told()).raw();
    assertEquals(0, left.localModes() & COOKED);
    rig.loop().close();
    assertEquals(COOKED, left.localModes() & COOKED);
  }

  @Contract(families = Family.UNIX)
  void aTerminalWhoseWindowIsClosedHangsUp(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var pipes = new Pipes(rig);
    var seat = new Seat(pipes);
    var told = new Told();
    Terminal terminal = Terminal.open(rig.loop(), seat.name, told);
    terminal.raw();
    pipes.close(seat.fd);
    rig.until("hung up", () -> told.events.equals(List.of("hung up")));
    assertFalse(terminal.isOpen());
  }

  @Contract(families = Family.UNIX)
  void aDescriptorIsReopenedSoThatItsSharersAreLeftAlone(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var pipes = new Pipes(rig);
    var seat = new Seat(pipes);
    int flags = File.O_RDWR | File.O_NOCTTY | File.O_CLOEXEC;
    int shared = pipes.owned(File.open(seat.name.toString(), flags, 0));
    assertTrue(Terminal.isTerminal(shared));
    var told = new Told();
    Terminal terminal = Terminal.reopen(rig.loop(), shared, told);
    assertEquals(0, File.fcntl(shared, File.F_GETFL) & File.O_NONBLOCK);
    assertEquals(0, Termios.setWindowSize(seat.fd, 30, 100));
    assertEquals(new Terminal.Size(30, 100), terminal.size());
    PipeWriter screen = PipeWriter.reopen(rig.loop(), shared, PipeWriter.UNHEARD);
    assertTrue(screen.write(ByteBuffer.wrap("shown".getBytes(StandardCharsets.UTF_8))));
    assertEquals("shown", seat.screen());
    screen.close();
    terminal.close();
    int event = pipes.open()[0];
    assertFalse(Terminal.isTerminal(event));
    var refusal =
        assertThrows(IOException.class, () -> Terminal.reopen(rig.loop(), event, new Told()));
    assertTrue(Rig.text(refusal).contains("ENOTTY"), Rig.text(refusal));
  }
}
