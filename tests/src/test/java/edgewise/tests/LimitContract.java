package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.LoopOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Law 14: every input has a limit, each a named option. maxConnections: {@link AcceptContract}. */
class LimitContract {
  /** Takes nothing, and waits for a message that never ends. */
  private static final class TakesNothing extends Recorder {
    int most;

    @Override
    void data(Connection c, ByteBuffer in) {
      most = Math.max(most, in.remaining());
    }
  }

  @Contract
  void aHandlerThatLeavesTooMuchLosesItsConnectionAndLearnsTheOptionsName(Rig rig)
      throws Exception {
    var handler = new TakesNothing();
    Peer peer =
        rig.connected(ConnectionOptions.builder().maxUnconsumedBytes(1000).build(), handler);
    peer.write(new byte[1000]);
    rig.until("a thousand", () -> handler.most == 1000);
    rig.turns(3);
    assertFalse(handler.has("close"), "the limit itself is allowed");
    peer.write(new byte[1]);
    rig.until("closed", () -> handler.has("close"));
    assertTrue(Rig.text(handler.cause).contains("maxUnconsumedBytes"));
    assertInstanceOf(IOException.class, handler.cause);
    assertEquals(1, handler.count("close"));
  }

  @Contract
  void whatALimitAllowsIsSeenInOnePiece(Rig rig) throws Exception {
    var handler = new TakesNothing();
    Peer peer =
        rig.connected(ConnectionOptions.builder().maxUnconsumedBytes(300_000).build(), handler);
    var writing =
        rig.aside(() -> {
          peer.write(new byte[300_000]);
          return true;
        });
    rig.until("all in one piece", () -> handler.most == 300_000);
    rig.await(writing);
    assertFalse(handler.has("close"));
  }

  @Contract
  void aQueueThatGrowsPastItsLimitEndsTheConnectionAndNamesTheOption(Rig rig) throws Exception {
    var handler = new Recorder();
    var how =
        ConnectionOptions.builder()
            .waterMarks(1000, 2000)
            .maxQueuedBytes(1_000_000)
            .sendBufferBytes(4096)
            .build();
    Peer peer = rig.connected(how, handler);
    Connection c = handler.connection();
    int written = 0;
    while (c.isOpen()) {
      assertTrue(written < 20_000_000, "no limit");
      boolean more = c.write(new byte[50_000]);
      written += 50_000;
      if (!c.isOpen()) {
        assertFalse(more, "go on, said a closed connection");
      }
      rig.turns(1);
    }
    rig.until("closed", () -> handler.has("close"));
    assertTrue(Rig.text(handler.cause).contains("maxQueuedBytes"));
    assertEquals(0, c.queuedBytes());
    assertTrue(peer.socket.isOpen());
  }

  @Test
  void anOptionThatMakesNoSenseIsRefusedByName() {
    refused("lowWaterBytes", () -> ConnectionOptions.builder().waterMarks(-1, 5).build());
    refused("highWaterBytes", () -> ConnectionOptions.builder().waterMarks(6, 5).build());
    refused("maxQueuedBytes", () -> ConnectionOptions.builder().maxQueuedBytes(0).build());
    refused("maxUnconsumedBytes", () -> ConnectionOptions.builder().maxUnconsumedBytes(0).build());
    refused("receiveBufferBytes", () -> ConnectionOptions.builder().receiveBufferBytes(-1).build());
    refused("sendBufferBytes", () -> ConnectionOptions.builder().sendBufferBytes(-1).build());
    refused(
        "connectTimeout", () -> ConnectionOptions.builder().connectTimeout(Duration.ZERO).build());
    refused(
        "closeTimeout",
        () -> ConnectionOptions.builder().closeTimeout(Duration.ofMillis(-1)).build());
    refused("backlog", () -> ListenOptions.DEFAULT.withBacklog(0));
    refused("maxConnections", () -> ListenOptions.DEFAULT.withMaxConnections(0));
    refused("receiveBufferBytes", () -> LoopOptions.builder().receiveBufferBytes(1).build());
    refused("outputBufferBytes", () -> LoopOptions.builder().outputBufferBytes(1).build());
    refused("readBudgetBytes", () -> LoopOptions.builder().readBudget(0, 1).build());
    refused("readBudgetCalls", () -> LoopOptions.builder().readBudget(1, 0).build());
    refused("writeBudgetBytes", () -> LoopOptions.builder().writeBudgetBytes(0).build());
    refused("acceptBudget", () -> LoopOptions.builder().acceptBudget(0).build());
    refused("eventsPerPoll", () -> LoopOptions.builder().eventsPerPoll(0).build());
    refused("pooledBytes", () -> LoopOptions.builder().pooledBytes(-1).build());
    refused("busyPoll", () -> LoopOptions.builder().busyPoll(Duration.ofNanos(-1)).build());
    refused("busyPoll", () -> LoopOptions.builder().busyPoll(Duration.ofMillis(1001)).build());
    var most = LoopOptions.builder().busyPoll(Duration.ofSeconds(1)).build();
    assertEquals(Duration.ofSeconds(1), most.busyPoll());
    refused("stopTimeout", () -> LoopOptions.builder().stopTimeout(Duration.ZERO).build());
  }

  @Test
  void anAddressThatIsNoneIsRefusedAndTheFormsAreTold() {
    for (String bad :
        List.of("", ":80", "host:", "1.2.3.4:65536", "1:2:3", "[::1]", "unix:", "99999", "a:b")) {
      var refusal = assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(bad), bad);
      assertTrue(Rig.text(refusal).length() > 10, bad);
    }
    for (String good : List.of("127.0.0.1:8080", "[0:0:0:0:0:0:0:1]:9", "unix:/a/b", "unix:@x")) {
      assertEquals(good, Endpoint.parse(good).toString());
    }
  }

  private static void refused(String name, Executable making) {
    var refusal = assertThrows(IllegalArgumentException.class, making, name);
    assertTrue(Rig.text(refusal).contains(name), Rig.text(refusal));
  }
}
