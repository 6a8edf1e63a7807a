package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;

/**
 * EINTR. A foreign thread sends tgkill(2) to the loop's thread, some thousand times a second, with
 * SIGURG, whose handler is installed by sigaction(2) without SA_RESTART: signal(7) then has
 * epoll_wait, and a recv or send that waits, give EINTR. What does not wait (all of the loop's
 * sockets) is not interrupted by the kernel, so this covers the poll, and that nothing is lost by
 * its early returns; not EINTR from recv, send, accept or connect, which non-blocking calls do not
 * give.
 */
@SuppressWarnings("restricted") // two C functions that edgewise.linux has no use for
class SignalStress {
  private static final int SIGURG = 23;
  private static final long SYS_GETTID = System.getProperty("os.arch").equals("amd64") ? 186 : 178;
  private static final long SYS_TGKILL = System.getProperty("os.arch").equals("amd64") ? 234 : 131;

  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG),
              Linker.Option.firstVariadicArg(1));

  private static long syscall(long number, long a, long b, long c) {
    try {
      return (long) SYSCALL.invokeExact(number, a, b, c);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** Installs the C function abs as the handler: it takes an int and does nothing. */
  private static void installHandler() throws Throwable {
    Linker linker = Linker.nativeLinker();
    var lookup = linker.defaultLookup();
    MethodHandle sigaction =
        linker.downcallHandle(
            lookup.findOrThrow("sigaction"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      var action = arena.allocate(256, 8); // struct sigaction: handler, mask, flags 0
      action.set(ValueLayout.ADDRESS, 0, lookup.findOrThrow("abs"));
      int result =
          (int) sigaction.invokeExact(SIGURG, action, java.lang.foreign.MemorySegment.NULL);
      assertEquals(0, result);
    }
  }

  /**
   * About 1 kHz. Faster ones stretch the timeouts of select without end: after each EINTR the JDK's
   * EPollSelectorImpl takes off whole milliseconds only, so signals every half of one keep the rest
   * as it was.
   */
  private static final long PERIOD_NANOS = 1_050_000;

  // Scenario 23
  @Contract
  void trafficUnderSignalsIsCompleteAndTimeoutsAreNotStretched(Rig rig) throws Throwable {
    underSignals(rig, Duration.ofMillis(400));
  }

  // Scenario 23
  @Contract
  @Tag("slow")
  void trafficUnderSignalsForSecondsIsCompleteAndTimeoutsAreNotStretched(Rig rig) throws Throwable {
    underSignals(rig, Duration.ofSeconds(5));
  }

  private static void underSignals(Rig rig, Duration time) throws Throwable {
    installHandler();
    long process = ProcessHandle.current().pid();
    long loopThread = syscall(SYS_GETTID, 0, 0, 0);
    var on = new AtomicBoolean(true);
    var signals = new AtomicLong();
    var sender =
        rig.aside(() -> {
          while (on.get()) {
            if (syscall(SYS_TGKILL, process, loopThread, SIGURG) == 0) {
              signals.incrementAndGet();
            }
            java.util.concurrent.locks.LockSupport.parkNanos(PERIOD_NANOS);
          }
          return true;
        });
    try {
      timeoutsHold(rig);
      traffic(rig, time);
    } finally {
      on.set(false);
      Rig.join(sender);
    }
    assertTrue(signals.get() > 50, "only " + signals + " signals");
  }

  /** Never early for a timer, and not much late although each signal ends the wait. */
  private static void timeoutsHold(Rig rig) {
    for (int i = 0; i < 3; i++) {
      long start = System.nanoTime();
      var took = new ArrayList<Long>();
      rig.loop().schedule(Duration.ofMillis(40), () -> took.add(System.nanoTime() - start));
      int turns = 0;
      while (took.isEmpty() && turns < 10_000) {
        rig.loop().turn(Duration.ofSeconds(10));
        turns++;
      }
      long nanos = took.getFirst();
      assertTrue(nanos >= 40_000_000, "early: " + nanos);
      assertTrue(nanos < 1_000_000_000, "stretched: " + nanos);
    }
  }

  private static void traffic(Rig rig, Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    byte[] sent = Bytes.random(50, 300_000);
    do {
      var listener = rig.listen(connection -> (c, in) -> c.write(in));
      var out = new Recorder();
      var c = rig.loop().connect(listener.endpoint(), out);
      rig.until("open", () -> out.has("open"));
      c.write(sent);
      rig.until("the echo", () -> out.received() == sent.length);
      assertArrayEquals(sent, out.bytes());
      c.close();
      listener.close();
      rig.until("closed", () -> rig.loop().connections() == 0);
    } while (System.nanoTime() - end < 0);
  }
}
