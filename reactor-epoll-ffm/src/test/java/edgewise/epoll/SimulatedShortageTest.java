package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.LoopOptions;
import edgewise.Trigger;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Law 12: out of descriptors, accepting pauses and resumes by itself, without spinning. */
class SimulatedShortageTest {
  private static final int LISTENER = 7000;
  private static final int CLIENTS = 20;
  private static final long SHORTAGE = Faults.SECOND;

  @ParameterizedTest(name = "{0}, tcp: {1}")
  @MethodSource("edgewise.epoll.SimulatedConversationsTest#modes")
  void whoeverCameWhileDescriptorsHadRunOutIsAcceptedSoonAfterAndTheLoopDidNotSpin(
      @Nullable Trigger trigger, boolean tcp) {
    Seeds.check(
        "shortage " + trigger + tcp, 100, 200, (seed, trace) -> check(seed, trace, trigger, tcp));
  }

  private static void check(long seed, Trace trace, @Nullable Trigger trigger, boolean tcp)
      throws IOException {
    var faults = new Faults(seed);
    faults.smallBatch = 0.3;
    faults.interruption = 0.1;
    var kernel = new SimulatedKernel(faults, trace);
    SimulatedBackend.use(kernel);
    var options =
        LoopOptions.builder().backend(SimulatedBackend.NAME).trigger(trigger).acceptBudget(3);
    try (var loop = EventLoop.open(options.build())) {
      var opened = new ArrayList<Long>();
      var listener =
          loop.listen(
              Network.endpoint(tcp, LISTENER),
              ListenOptions.DEFAULT,
              connection -> {
                opened.add(kernel.agenda.now());
                return (c, in) -> c.write(in);
              });
      SimulatedSocket first = client(kernel, tcp, 1);
      turnUntil(loop, kernel, 10 * Faults.MILLISECOND);
      assertEquals(1, listener.accepted());

      kernel.descriptors.limit = kernel.descriptors.open().size() + 3 + faults.random.nextInt(5);
      long end = kernel.agenda.now() + SHORTAGE;
      kernel.agenda.after(SHORTAGE, () -> kernel.descriptors.limit = 1 << 16);
      for (int i = 0; i < CLIENTS; i++) {
        int number = 100 + i;
        kernel.agenda.after(faults.time(SHORTAGE / 2), () -> client(kernel, tcp, number));
      }
      turnUntil(loop, kernel, end - 1);
      int calls = kernel.acceptCalls;
      assertTrue(calls <= SHORTAGE / (50 * Faults.MILLISECOND) + 3 * CLIENTS, calls + " accepts");
      assertTrue(opened.size() < CLIENTS, "there was no shortage");
      assertEchoes(loop, kernel, first);

      turnUntil(loop, kernel, end + 60 * Faults.MILLISECOND);
      assertEquals(1 + CLIENTS, listener.accepted());
      assertOrdered(opened);
    } finally {
      SimulatedBackend.use(null);
    }
    kernel.check();
    assertEquals(List.of(), kernel.descriptors.open());
  }

  private static void turnUntil(EventLoop loop, SimulatedKernel kernel, long time) {
    while (kernel.agenda.now() < time) {
      loop.turn(Duration.ofNanos(time - kernel.agenda.now()));
      kernel.check();
    }
  }

  private static SimulatedSocket client(SimulatedKernel kernel, boolean tcp, int number) {
    var socket = new SimulatedSocket(kernel.agenda, kernel.faults, tcp);
    socket.local = number;
    kernel.network.connectFromOutside(socket, LISTENER);
    return socket;
  }

  private static void assertEchoes(EventLoop loop, SimulatedKernel kernel, SimulatedSocket socket) {
    byte[] byteSent = {42};
    byte[] byteBack = new byte[1];
    socket.send(MemorySegment.ofArray(byteSent), 0, 1);
    turnUntil(loop, kernel, kernel.agenda.now() + 10 * Faults.MILLISECOND);
    assertEquals(1, socket.receive(MemorySegment.ofArray(byteBack), 0, 1));
    assertEquals(42, byteBack[0]);
  }

  private static void assertOrdered(List<Long> times) {
    assertEquals(times.stream().sorted().toList(), times);
  }
}
