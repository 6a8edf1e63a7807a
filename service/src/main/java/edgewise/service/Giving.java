package edgewise.service;

import edgewise.Connection;
import edgewise.Descriptor;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.Listener;
import edgewise.PeerCredentials;
import edgewise.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The giver's side of one control connection; the language is that of {@link Lines}. Belongs to the
 * control listener's loop.
 *
 * <pre>
 *   WAITING --take-over--> GATHERING --duplicates made--> OFFERED --ready--> TAKEN
 *      `------ refused, not in time, or the taker is gone, from any state ----> ENDED
 * </pre>
 */
final class Giving implements Handler {
  /** Who has connected wants something, and says so at once. */
  private static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

  private enum Phase {
    WAITING,
    GATHERING,
    OFFERED,
    TAKEN,
    ENDED
  }

  /** Who gives, and to whom. All on the control listener's loop. */
  interface Giver {
    /** Why this taker gets nothing just now; null if it does. */
    @Nullable String refusal(Giving taker);

    /** What it gets. */
    List<Offered> offered();

    /** The control listener, if it is given away as well. */
    @Nullable Listener control();

    /** How long it may take from the question to being ready. */
    Duration readyWithin();

    /** It has the sockets and accepts. */
    void ready(Giving taker, boolean withControl);

    /** It has ended. Called once. */
    void gone(Giving taker);
  }

  private final Connection connection;
  private final Giver giver;
  private final Timer deadline;
  private Phase phase = Phase.WAITING;

  Giving(Connection connection, Giver giver) {
    this.connection = connection;
    this.giver = giver;
    deadline = connection.loop().timer(() -> refuse("it took too long"));
  }

  /** Whether it has the sockets, or is about to get them. */
  boolean isTaking() {
    return phase == Phase.GATHERING || phase == Phase.OFFERED;
  }

  PeerCredentials peer() throws IOException {
    return connection.peerCredentials();
  }

  EventLoop loop() {
    return connection.loop();
  }

  @Override
  public void onOpen(Connection self) {
    deadline.set(ASK_TIMEOUT);
  }

  @Override
  public void onData(Connection self, ByteBuffer in) {
    try {
      List<String> words = Lines.read(in);
      while (words != null && phase != Phase.ENDED) {
        take(words);
        words = Lines.read(in);
      }
    } catch (IOException e) {
      refuse("it sent " + e.getMessage());
    }
    if (phase == Phase.ENDED) {
      in.position(in.limit());
    }
  }

  private void take(List<String> words) {
    if (phase == Phase.WAITING && words.equals(Lines.TAKE_OVER)) {
      String refusal = giver.refusal(this);
      if (refusal == null) {
        gather();
      } else {
        refuse(refusal);
      }
    } else if (phase == Phase.OFFERED && words.getFirst().equals(Lines.READY)) {
      phase = Phase.TAKEN;
      deadline.cancel();
      giver.ready(this, words.contains(Lines.CONTROL));
    } else {
      refuse("it said '" + String.join(" ", words) + "', which is not understood here");
    }
  }

  // --- the sockets

  /** One line to be written, and what goes with it. */
  private record Item(List<String> line, CompletableFuture<Descriptor> socket) {}

  private void gather() {
    phase = Phase.GATHERING;
    deadline.set(giver.readyWithin());
    var items = new ArrayList<Item>();
    for (Offered offered : giver.offered()) {
      String file = offered.ownsFile() ? Lines.FILE : Lines.NO_FILE;
      for (Listener listener : offered.listeners()) {
        var line = List.of(Lines.LISTEN, offered.name(), file);
        items.add(new Item(line, Offered.duplicate(listener)));
      }
    }
    int count = items.size();
    Listener control = giver.control();
    if (control != null) {
      items.add(new Item(List.of(Lines.CONTROL), Offered.duplicate(control)));
    }
    var _ =
        CompletableFuture.allOf(items.stream().map(Item::socket).toArray(CompletableFuture[]::new))
            .whenComplete((_, failure) -> onLoop(() -> offer(count, items, failure), items));
  }

  private void onLoop(Runnable action, List<Item> items) {
    try {
      loop().execute(action);
    } catch (RejectedExecutionException e) {
      close(items); // the loop has ended, and the taker's connection with it
    }
  }

  private void offer(int count, List<Item> items, @Nullable Throwable failure) {
    if (failure != null) {
      refuse("the sockets cannot be passed: " + failure);
    }
    if (phase != Phase.GATHERING || !connection.isOpen()) {
      close(items);
      return;
    }
    phase = Phase.OFFERED;
    Lines.write(connection, Lines.OFFER, Integer.toString(count));
    for (Item item : items) {
      if (connection.isOpen()) {
        Lines.write(connection, item.socket().join(), item.line().toArray(String[]::new));
      } else {
        item.socket().join().close();
      }
    }
    if (connection.isOpen()) {
      Lines.write(connection, Lines.END);
    }
  }

  private static void close(List<Item> items) {
    for (Item item : items) {
      var _ = item.socket().thenAccept(Descriptor::close);
    }
  }

  // --- what the giver says

  /** The giver accepts no more. */
  void confirm() {
    say(Lines.TAKEN);
  }

  /** The taker is to drain, as others go on, or to stop. */
  void end(boolean others) {
    say(others ? Lines.DRAIN : Lines.STOP);
  }

  private void say(String word) {
    if (connection.isOpen()) {
      Lines.write(connection, word);
    }
  }

  /** There is no more to say. */
  void close() {
    connection.close();
  }

  /** It gets nothing, or is to give back what it has got. */
  void refuse(String reason) {
    if (phase != Phase.ENDED && connection.isOpen()) {
      Lines.write(connection, Lines.REFUSED, reason);
      connection.closeLingering(ASK_TIMEOUT);
    }
    end();
  }

  private void end() {
    deadline.cancel();
    if (phase != Phase.ENDED) {
      phase = Phase.ENDED;
      giver.gone(this);
    }
  }

  @Override
  public void onStop(Connection self) {
    if (phase == Phase.TAKEN) {
      self.close();
    } else {
      refuse("the server is stopping");
    }
  }

  @Override
  public void onClose(Connection self, @Nullable Throwable cause) {
    end();
  }
}
