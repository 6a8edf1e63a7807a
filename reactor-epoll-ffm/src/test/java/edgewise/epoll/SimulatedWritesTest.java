package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.LoopOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Law 9: small writes of one turn leave in one system call, whoever else writes between them. */
class SimulatedWritesTest {
  private static final int SERVER = 9000;
  private static final int OUTBOX = 4096;

  /** A handler that never gets anything. */
  private static final Handler SILENT =
      (Connection connection, ByteBuffer in) -> in.position(in.limit());

  @Test
  void smallWritesOfOneTurnLeaveInOneSendPerConnection() {
    Seeds.check("writes", 300, 500, SimulatedWritesTest::check);
  }

  private static void check(long seed, Trace trace) throws IOException {
    var kernel = new SimulatedKernel(Faults.none(seed), trace);
    SimulatedBackend.use(kernel);
    var options =
        LoopOptions.builder().backend(SimulatedBackend.NAME).outputBufferBytes(OUTBOX).build();
    try (var loop = EventLoop.open(options)) {
      List<SimulatedSocket> far = new ArrayList<>();
      kernel.network.serve(SERVER, Network.Answer.ACCEPT, far::add);
      var connections = new ArrayList<Connection>();
      for (int i = 0; i < 5; i++) {
        connections.add(
            loop.connect(Network.endpoint(false, SERVER), ConnectionOptions.DEFAULT, SILENT));
      }
      loop.turn(Duration.ofMillis(1));
      int[] written = new int[connections.size()];
      for (int turn = 0; turn < 20; turn++) {
        var wrote = new boolean[connections.size()];
        loop.execute(() -> write(kernel, connections, written, wrote));
        loop.turn(Duration.ofMillis(1));
        kernel.check();
        int writers = 0;
        for (int i = 0; i < wrote.length; i++) {
          writers += wrote[i] ? 1 : 0;
          assertEquals(written[i], far.get(i).readable(), "bytes of connection " + i);
        }
        assertEquals(writers, kernel.sendsThisTurn.size());
        kernel.sendsThisTurn.forEach((fd, sends) -> assertEquals(1, sends, "sends on fd " + fd));
      }
    } finally {
      SimulatedBackend.use(null);
    }
    kernel.check();
  }

  private static void write(
      SimulatedKernel kernel, List<Connection> connections, int[] written, boolean[] wrote) {
    int rest = OUTBOX;
    for (int i = kernel.faults.upTo(60); i > 0; i--) {
      int who = kernel.faults.random.nextInt(connections.size());
      int count = Math.min(rest, kernel.faults.upTo(100));
      rest -= count;
      written[who] += count;
      wrote[who] |= count > 0;
      connections.get(who).write(new byte[count]);
    }
  }
}
