package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Listener;
import edgewise.LoopOptions;
import edgewise.Trigger;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What accepting costs on the real kernel: calls that find nobody are dear, so there are few. */
class AcceptCallsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final AlteredKernel altered = new AlteredKernel(new LinuxKernel());
  private final List<SocketChannel> clients = new ArrayList<>();
  private @Nullable EventLoop loop;
  private int callsBefore;

  private Listener listener(@Nullable Trigger trigger) throws IOException {
    SimulatedBackend.use(altered.kernel);
    loop =
        EventLoop.open(
            LoopOptions.builder().backend(SimulatedBackend.NAME).trigger(trigger).build());
    return loop.listen(Endpoint.loopback(0), connection -> (c, in) -> c.write(in));
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
    if (loop != null) {
      loop.close();
    }
    SimulatedBackend.use(null);
    assertTrue(altered.open.isEmpty(), "left open: " + altered.open);
  }

  private void dial(Listener listener, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      var address = (Endpoint.Inet) listener.endpoint();
      clients.add(SocketChannel.open(new InetSocketAddress(address.address(), address.port())));
    }
  }

  /** Turns until all who dialled are accepted, and once more; returns the turns. */
  private int acceptAll(Listener listener) {
    int turns = 0;
    for (; listener.accepted() < clients.size(); turns++) {
      assertTrue(turns < 1000, "accepted only " + listener.accepted());
      listener.loop().turn(PATIENCE);
    }
    listener.loop().turn(Duration.ZERO);
    return turns;
  }

  /** Calls of accept4(2) since the last time that this was asked. */
  private int calls() {
    int all = (int) altered.calls.stream().filter("accept"::equals).count();
    int since = all - callsBefore;
    callsBefore = all;
    return since;
  }

  private int callsOneAfterTheOther(Listener listener, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      dial(listener, 1);
      acceptAll(listener);
    }
    return calls();
  }

  @Test
  void connectionsOneAfterTheOtherCostFewCallsThatFindNobody() throws IOException {
    Listener listener = listener(null);
    int calls = callsOneAfterTheOther(listener, 400);
    assertTrue(calls <= 400 + 400 / 4 + 2, calls + " calls for 400 connections");
  }

  @Test
  void aBurstCostsFewCallsThatFindNobodyAndIsSoonForgotten() throws IOException {
    Listener listener = listener(null);
    for (int round = 0; round < 3; round++) {
      dial(listener, 500);
      int turns = acceptAll(listener);
      int calls = calls();
      assertTrue(turns <= 50, turns + " turns for 500 connections");
      assertTrue(calls <= 500 + 2, calls + " calls for 500 connections");
      calls = callsOneAfterTheOther(listener, 100);
      assertTrue(calls <= 100 + 100 / 4 + 3, calls + " calls for 100 connections");
    }
  }

  @Test
  void nobodyIsAskedForWhileNobodyComes() throws IOException {
    Listener listener = listener(null);
    dial(listener, 1);
    acceptAll(listener);
    calls();
    for (int i = 0; i < 20; i++) {
      listener.loop().turn(Duration.ofMillis(1));
    }
    assertEquals(0, calls());
  }

  // Law 3: an edge says that somebody came, and not that there is nobody else
  @Test
  void aListenerThatIsEdgeTriggeredOnRequestAsksUntilNobodyIsThere() throws IOException {
    Listener listener = listener(Trigger.EDGE);
    assertEquals(2 * 50, callsOneAfterTheOther(listener, 50));
  }
}
