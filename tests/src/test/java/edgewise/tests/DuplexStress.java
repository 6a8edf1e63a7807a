package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Listener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/** Both ends write, pause, read and shut down at random; every byte arrives, and one end each. */
class DuplexStress {
  /** One end: sends its bytes in random pieces, then ends; pauses now and then. */
  private static final class End extends Recorder {
    private final Random random;
    private final byte[] toSend;
    private int sent;
    private boolean waiting;

    End(int seed, int size) {
      random = new Random(seed);
      toSend = Bytes.random(seed, size);
    }

    @Override
    void opened(Connection c) {
      send(c);
    }

    @Override
    void writable(Connection c) {
      waiting = false;
      send(c);
    }

    @Override
    void data(Connection c, ByteBuffer in) {
      int leave = random.nextInt(8) == 0 ? random.nextInt(in.remaining() + 1) : 0;
      int end = in.limit();
      take(in.limit(end - leave));
      in.limit(end);
      if (leave > 0 || random.nextInt(6) == 0) {
        c.pause();
        c.loop().schedule(Duration.ofNanos(random.nextInt(300_000)), () -> resume(c));
      }
    }

    private static void resume(Connection c) {
      c.resume();
    }

    private void send(Connection c) {
      while (sent < toSend.length && !waiting) {
        int count =
            Math.min(toSend.length - sent, 1 + random.nextInt(random.nextBoolean() ? 20 : 40_000));
        waiting = !c.write(toSend, sent, count);
        sent += count;
        if (!waiting && random.nextInt(10) == 0) {
          c.loop().schedule(Duration.ofNanos(random.nextInt(200_000)), () -> later(c));
          return;
        }
      }
      if (sent == toSend.length) {
        c.shutdownOutput();
      }
    }

    private void later(Connection c) {
      if (c.isOpen() && !waiting) {
        send(c);
      }
    }
  }

  private static void stress(Rig rig, int seed, int pairs, int size) throws Exception {
    var how =
        ConnectionOptions.builder()
            .waterMarks(5_000, 30_000)
            .sendBufferBytes(16 << 10)
            .maxUnconsumedBytes(1 << 20)
            .build();
    var accepted = new ArrayList<End>();
    var connecting = new ArrayList<End>();
    var random = new Random(seed);
    Listener listener =
        rig.listen(
            how,
            connection -> {
              var end = new End(seed * 1000 + accepted.size(), random.nextInt(size));
              accepted.add(end);
              return end;
            });
    for (int i = 0; i < pairs; i++) {
      var end = new End(-seed * 1000 - i, random.nextInt(size));
      connecting.add(end);
      rig.loop().connect(listener.endpoint(), how, end);
    }
    rig.until(
        "all have closed, seed " + seed,
        Duration.ofSeconds(40),
        () ->
            accepted.size() == pairs
                && accepted.stream().allMatch(end -> end.has("close"))
                && connecting.stream().allMatch(end -> end.has("close")));
    listener.close();
    for (End end : accepted) {
      assertEquals(1, end.count("end"));
      assertEquals(1, end.count("close"));
      assertNull(end.cause);
    }
    // Which accepted end is whose is told by what was sent.
    for (End out : connecting) {
      assertEquals(1, out.count("end"));
      assertNull(out.cause);
      End in =
          accepted.stream()
              .filter(end -> java.util.Arrays.equals(end.toSend, out.bytes()))
              .findFirst()
              .orElseThrow(() -> new AssertionError("bytes were lost or mixed, seed " + seed));
      assertArrayEquals(out.toSend, in.bytes());
      accepted.remove(in);
    }
    rig.assertIdle(Duration.ofMillis(20));
  }

  // Scenario 20
  @Contract
  void randomTrafficInBothDirectionsIsComplete(Rig rig) throws Exception {
    rig.open(rig.options().receiveBufferBytes(4096).readBudget(8192, 3).outputBufferBytes(4096));
    for (int seed = 1; seed <= 3; seed++) {
      stress(rig, seed, 8, 100_000);
    }
  }

  // Scenario 20
  @Contract
  @Tag("slow")
  void randomTrafficInBothDirectionsIsCompleteForManySeeds(Rig rig) throws Exception {
    rig.open(rig.options().receiveBufferBytes(4096).readBudget(8192, 3).outputBufferBytes(4096));
    for (int seed = 10; seed < 25; seed++) {
      stress(rig, seed, 20, 200_000);
    }
  }
}
