package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.Listener;
import edgewise.SocketType;
import edgewise.linux.EventFd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * Descriptors by the thousand, in batches of 1 to 253, from this process to a {@link
 * DescriptorReceiver}. Each arrives once and in order; and whatever goes wrong on the way, both
 * processes have as many open afterwards as before.
 */
class DescriptorStress {
  private static final int MOST = ConnectionOptions.MAX_DESCRIPTORS;

  /** Sends that many descriptors, as fast as the connection lets it, and ends. */
  private static final class Sender extends Recorder {
    private final Rig rig;
    private final int total;
    private final Random random = new Random(1);
    private final List<Integer> sizes = new ArrayList<>();
    int sent;
    boolean blocked;

    Sender(Rig rig, int total) {
      this.rig = rig;
      this.total = total;
    }

    @Override
    void opened(Connection c) throws Exception {
      send(c);
    }

    @Override
    void writable(Connection c) throws Exception {
      send(c);
    }

    /** Some, and then others have their turn: a receiver may be as fast as this. */
    private void send(Connection c) throws Exception {
      boolean more = c.isOpen();
      blocked = false;
      for (int i = 0; more && sent < total && i < 20; i++) {
        more = send(c, Math.min(nextSize(), total - sent));
      }
      if (more && sent < total) {
        c.loop().schedule(Duration.ZERO, () -> goOn(c));
      } else if (more) {
        c.shutdownOutput();
      }
      blocked = !more;
    }

    private void goOn(Connection c) {
      try {
        send(c);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    /** Each size from 1 to 253 once, in a new order each time. */
    private int nextSize() {
      if (sizes.isEmpty()) {
        for (int size = 1; size <= MOST; size++) {
          sizes.add(size);
        }
        Collections.shuffle(sizes, random);
      }
      return sizes.removeLast();
    }

    /** Now and then with more bytes than a receive takes from a stream. */
    boolean send(Connection c, int count) throws Exception {
      int padding = random.nextInt(random.nextInt(20) == 0 ? 60_000 : 2000);
      var batch = new DescriptorBatch(DescriptorBatch.HEADER + padding, count, sent + 1);
      var passed = new ArrayList<Descriptor>();
      for (int i = 0; i < count; i++) {
        passed.add(numbered(rig, ++sent));
      }
      return c.write(batch.bytes(), passed);
    }
  }

  private static Descriptor numbered(Rig rig, int number) {
    int fd = EventFd.eventfd(number, EventFd.EFD_CLOEXEC | EventFd.EFD_NONBLOCK);
    assertTrue(fd >= 0, () -> "eventfd: " + fd);
    return rig.mode.backend().own(fd);
  }

  /** The two processes, and what they had open when nothing was going on. */
  private static final class Scene implements AutoCloseable {
    private final Rig rig;
    private final SocketType type;
    private final Listener listener;
    private ServeProcess receiver;
    private final List<Sender> senders = new ArrayList<>();
    private int toSend;
    private int ours;
    private long theirs;

    Scene(Rig rig, SocketType type) throws Exception {
      this.rig = rig;
      this.type = type;
      var options = ConnectionOptions.builder().type(type).build();
      listener =
          rig.listen(
              options,
              connection -> {
                senders.add(new Sender(rig, toSend));
                return senders.getLast();
              });
      startReceiver();
      ours = Descriptors.count();
    }

    private void startReceiver() throws Exception {
      receiver = ServeProcess.java(DescriptorReceiver.class, rig.mode.name());
      allArrive(600); // whatever is loaded lazily is loaded now
      lost(100, 300, "MSG_CTRUNC");
      order("limit 10000");
      theirs = receiver.openDescriptors();
    }

    private Sender begin(int maxDescriptors, int count) throws Exception {
      toSend = count;
      int before = senders.size();
      receiver.tell(
          "connect %s %d %s"
              .formatted(type, maxDescriptors, ((Endpoint.Unix) listener.endpoint()).path()));
      assertEquals("open", receiver.line());
      rig.until("accepted", () -> senders.size() == before + 1);
      return senders.getLast();
    }

    private String line(Duration patience) throws Exception {
      rig.until("the receiver says something", patience, receiver::hasLine);
      return receiver.line();
    }

    /** The receiver obeys, and says so. */
    private void order(String line) throws Exception {
      receiver.tell(line);
      assertEquals(line.split(" ", 2)[0], line(Rig.PATIENCE));
    }

    /** All of them arrive, each as what it was sent as. */
    void allArrive(int count) throws Exception {
      Sender sender = begin(MOST, count);
      assertEquals("closed " + count + " null", line(Duration.ofMinutes(2)));
      rig.until("closed here too", () -> sender.has("close"));
      assertEquals(count, sender.sent);
    }

    /** The receiver's connection is closed with that cause. */
    void lost(int maxDescriptors, int count, String cause) throws Exception {
      Sender sender = begin(maxDescriptors, count);
      String end = line(Rig.PATIENCE);
      assertTrue(end.startsWith("closed ") && end.contains(cause), end);
      rig.until("closed here too", () -> sender.has("close"));
    }

    /** Sends while the receiver takes nothing, until the connection says to stop. */
    Sender fill() throws Exception {
      Sender sender = begin(MOST, Integer.MAX_VALUE);
      order("pause");
      rig.until("it is blocked", () -> sender.blocked);
      int held = Descriptors.count() - ours;
      assertTrue(held <= 2 * MOST + 1, () -> held + " wait to be sent");
      return sender;
    }

    /** The receiver is killed while much is under way; the next one begins anew. */
    void kill() throws Exception {
      Sender sender = begin(MOST, Integer.MAX_VALUE);
      rig.until("under way", () -> sender.sent > 3000);
      receiver.signal("KILL");
      rig.until("noticed", () -> sender.has("close"));
      receiver.awaitEnd();
      startReceiver();
    }

    void assertAsBefore() {
      assertTrue(
          Rig.eventually(() -> Descriptors.count() == ours),
          () -> "not " + ours + " here: " + Descriptors.open());
      assertTrue(
          Rig.eventually(() -> theirDescriptors() == theirs),
          () -> "not " + theirs + " there, but " + theirDescriptors());
      assertEquals(0, rig.loop().connections());
    }

    private long theirDescriptors() {
      try {
        return receiver.openDescriptors();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      listener.close();
      receiver.close();
    }
  }

  private static void pass(Rig rig, SocketType type, int count) throws Exception {
    try (var scene = new Scene(rig, type)) {
      scene.allArrive(count);
      scene.assertAsBefore();
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  void fiveThousandPassedAlongAStreamArrive(Rig rig) throws Exception {
    pass(rig, SocketType.STREAM, 5000);
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  void fiveThousandPassedAlongMessagesArrive(Rig rig) throws Exception {
    pass(rig, SocketType.SEQPACKET, 5000);
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  @Tag("slow")
  @Timeout(300)
  void aHundredThousandPassedAlongAStreamArrive(Rig rig) throws Exception {
    pass(rig, SocketType.STREAM, 100_000);
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  @Tag("slow")
  @Timeout(300)
  void aHundredThousandPassedAlongMessagesArrive(Rig rig) throws Exception {
    pass(rig, SocketType.SEQPACKET, 100_000);
  }

  private static void withErrors(Rig rig, SocketType type) throws Exception {
    try (var scene = new Scene(rig, type)) {
      for (int most : List.of(1, 20, 200)) {
        scene.lost(most, 20_000, "MSG_CTRUNC: descriptors that the peer has passed are lost");
        scene.assertAsBefore();
      }
      scene.order("limit 20");
      scene.lost(MOST, 1000, "or this process has no number free");
      scene.assertAsBefore();
      scene.order("limit 10000");

      Sender sender = scene.fill();
      sender.connection().abort();
      scene.order("resume");
      String end = scene.line(Rig.PATIENCE);
      assertTrue(end.startsWith("closed "), end);
      scene.assertAsBefore();

      scene.kill();
      scene.assertAsBefore();
      scene.allArrive(1000);
      scene.assertAsBefore();
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  void whateverGoesWrongAlongAStreamNoneIsLeft(Rig rig) throws Exception {
    withErrors(rig, SocketType.STREAM);
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  void whateverGoesWrongAlongMessagesNoneIsLeft(Rig rig) throws Exception {
    withErrors(rig, SocketType.SEQPACKET);
  }
}
