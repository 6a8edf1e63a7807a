package edgewise.epoll;

import edgewise.Connection;
import edgewise.Handler;
import edgewise.linux.Epoll;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loop's end of one connection: a handler that does at random whatever a handler may do, knows
 * what must come of it, and checks that.
 */
final class Conversation implements Handler {
  /** At most so much is left for later; less than maxUnconsumedBytes by more than one receive. */
  private static final int MOST_LEFT = 1024;

  private static final int MOST_WRITTEN = 6000;

  final Peer peer;
  private final Simulation world;
  private final Faults faults;
  private final boolean echo;
  private @Nullable Connection connection;
  private @Nullable SimulatedSocket socket;
  private int fd = -1;

  /** How probable it is that a call of the handler does something beside. */
  private final double lively;

  private final boolean leavesRests;

  /** Bytes delivered, those left for later included. */
  private int seen;

  private int consumed;
  private int written;
  private boolean paused;
  private boolean above;
  private boolean ended;
  private boolean shut;
  private boolean closing;
  private boolean lingering;

  /** Everything may be lost: this end aborted, or threw. */
  private boolean spoilt;

  private boolean hangupTold;
  private int closes;
  private @Nullable Throwable cause;

  Conversation(Simulation world, Peer peer, boolean echo) {
    this.world = world;
    this.peer = peer;
    this.echo = echo;
    faults = world.kernel.faults;
    lively = faults.random.nextBoolean() ? 0.05 : 0.4;
    leavesRests = faults.random.nextBoolean();
  }

  boolean isOpen() {
    return connection != null && closes == 0;
  }

  boolean isClosed() {
    return closes > 0;
  }

  private Connection open() {
    return Objects.requireNonNull(connection);
  }

  private AssertionError wrong(String what) {
    return world.kernel.fail(this + ": " + what);
  }

  private void note(String what) {
    world.kernel.trace.note(world.kernel.agenda.now(), this + ": " + what);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      throw wrong(otherwise);
    }
  }

  // --- what the loop calls

  @Override
  public void onOpen(Connection opened) {
    require(connection == null, "opened twice");
    connection = opened;
    fd = world.fdOf(opened);
    socket = world.socketOf(opened);
    note("open as fd " + fd);
    actOrFinish();
  }

  @Override
  public void onData(Connection on, ByteBuffer in) {
    note("data, " + in.remaining());
    require(isOpen() && !ended, "data when there can be none");
    require(!paused, "data while paused");
    require(!closing, "data after close");
    if (world.rough && faults.happens(0.01)) {
      end(0); // before it is read: the buffer stays valid until we return
    }
    int length = in.remaining();
    for (int i = 0; i < length; i++) {
      int place = consumed + i;
      boolean same = in.get(in.position() + i) == Pattern.at(peer.sends, place);
      require(same, "byte " + place + " is wrong");
    }
    require(consumed + length >= seen, "bytes that were left are gone");
    seen = consumed + length;
    require(seen <= peer.sent, "more bytes than were sent");
    take(on, in, howMany(length));
    actOrFinish();
  }

  private void actOrFinish() {
    if (consumed == peer.total && peer.ending == Peer.Ending.AWAIT_END && !closing) {
      finish();
    } else {
      act();
    }
  }

  private int howMany(int length) {
    boolean last = seen == peer.total;
    if (last || !leavesRests || faults.random.nextBoolean()) {
      return length;
    }
    return Math.max(length - MOST_LEFT, faults.random.nextInt(length + 1));
  }

  private void take(Connection on, ByteBuffer in, int count) {
    int end = in.position() + count;
    consumed += count;
    if (echo && on.isOpen() && written + count == consumed) {
      int limit = in.limit();
      in.limit(end);
      written += count;
      afterWrite(on.write(in));
      in.limit(limit);
    }
    in.position(end);
  }

  @Override
  public void onEnd(Connection on) {
    note("end");
    require(isOpen() && !ended, "an end when there can be none");
    require(!paused, "the end while paused");
    require(!closing, "the end after close");
    require(seen == peer.sent, "the end before " + (peer.sent - seen) + " bytes");
    ended = true;
    if (faults.happens(lively)) {
      later(this::finish);
    } else {
      finish();
    }
  }

  @Override
  public void onWritable(Connection on) {
    note("writable");
    require(isOpen(), "writable, but not open");
    require(above, "told of the low-water mark without having been above the high one");
    require(on.queuedBytes() <= world.lowWater, "writable above the low-water mark");
    above = false;
    act();
  }

  @Override
  public void onPeerHangup(Connection on) {
    note("peer hang-up");
    require(isOpen() && paused && !ended, "a hang-up at the wrong time");
    require(!hangupTold, "a hang-up told twice");
    require(Objects.requireNonNull(socket).hasEndArrived(), "a hang-up that is none");
    hangupTold = true;
    act();
  }

  @Override
  public void onStop(Connection on) {
    closing = true;
    on.close();
  }

  @Override
  public void onClose(Connection on, @Nullable Throwable why) {
    note("closed, " + why);
    require(closes == 0, "closed twice");
    closes++;
    cause = why;
    if (connection == null) {
      connection = on;
    }
  }

  // --- what it does

  private void act() {
    if (!faults.happens(lively) || closing) {
      return;
    }
    switch (faults.random.nextInt(world.rough ? 13 : 9)) {
      case 0 -> pause();
      case 1 -> {
        pause();
        resume();
      }
      case 2, 3 -> write();
      case 4 -> later(this::write);
      case 5 -> writeFile();
      case 6 -> world.anyOpen().write();
      case 7 -> {
        for (int i = faults.upTo(5); i > 0; i--) {
          write();
        }
      }
      case 8 -> open().loop().execute(() -> note("a task"));
      case 9 -> end(faults.random.nextInt(5));
      case 10 -> world.anyOpen().end(faults.random.nextInt(4));
      case 11 -> world.meddleWithListener();
      default -> later(() -> end(faults.random.nextInt(4)));
    }
  }

  private void later(Runnable action) {
    Runnable ifOpen =
        () -> {
          if (isOpen()) {
            action.run();
          }
        };
    if (faults.random.nextBoolean()) {
      open().loop().execute(ifOpen);
    } else {
      open().loop().schedule(Duration.ofNanos(faults.time(20 * Faults.MILLISECOND)), ifOpen);
    }
  }

  private void pause() {
    note("pause");
    paused = true;
    open().pause();
    later(this::resume);
  }

  private void resume() {
    note("resume");
    paused = false;
    open().resume();
  }

  private void write() {
    int count = faults.upTo(1 << faults.random.nextInt(12));
    if (isOpen() && open().isOpen() && !echo && written + count <= MOST_WRITTEN) {
      byte[] bytes = Pattern.bytes(peer.expects, written, count);
      written += count;
      afterWrite(
          faults.random.nextBoolean() ? open().write(bytes) : open().write(ByteBuffer.wrap(bytes)));
    }
  }

  private void writeFile() {
    int count = faults.upTo(2000);
    if (isOpen() && open().isOpen() && !echo && written + count <= MOST_WRITTEN) {
      int before = faults.random.nextInt(10);
      byte[] bytes = Pattern.bytes(peer.expects, written - before, before + count);
      int number = world.kernel.openFile(bytes);
      if (number >= 0) {
        written += count;
        try (var file = new EpollFile(world.kernel, number, false, bytes.length, 0, 0)) {
          afterWrite(open().sendFile(file, before, count));
        }
      }
    }
  }

  private void afterWrite(boolean goOn) {
    note("wrote up to " + written + ", queued " + open().queuedBytes());
    if (open().isOpen()) {
      boolean below = open().queuedBytes() <= world.highWater && open().queuedFiles() <= 4;
      require(goOn == below, "write says " + goOn + " with " + open().queuedBytes() + " queued");
      above |= !goOn;
    }
  }

  /** Ends as one may without losing anything, once all has been received. */
  private void finish() {
    note("finish");
    switch (faults.random.nextInt(3)) {
      case 0 -> end(1);
      case 1 -> end(2);
      default -> end(3);
    }
  }

  private void end(int how) {
    if (!isOpen()) {
      return;
    }
    note("ends by " + how);
    switch (how) {
      case 0 -> {
        closing = true;
        spoilt = true;
        open().abort();
      }
      case 1 -> {
        closing = true;
        open().close();
      }
      case 2 -> {
        lingering |= !closing;
        closing = true;
        open().closeLingering(Duration.ofSeconds(faults.upTo(60)));
      }
      case 3 -> {
        shut = true;
        open().shutdownOutput();
      }
      default -> {
        closing = true;
        spoilt = true;
        throw new IllegalStateException("a handler that fails");
      }
    }
  }

  // --- what must hold

  /** The loop is about to sleep, and nothing is ready. */
  void checkAsleep() {
    SimulatedSocket inside = socket;
    if (!isOpen() || inside == null || inside.isGone()) {
      return;
    }
    boolean wanted = lingering || (!paused && !closing);
    require(
        !inside.isInputWaiting() || !wanted,
        "LOST EDGE: asleep with unread bytes or an unread end");
    require(!inside.isErrorWaiting(), "asleep with an error that nobody has noticed");
    boolean queued = open().queuedBytes() > 0;
    require(!queued || !inside.isWritable(), "LOST EDGE: asleep with bytes to send, and room");
    boolean low = open().queuedBytes() <= world.lowWater && open().queuedFiles() <= 1;
    require(!above || !low || closing, "onWritable is missing");
    checkInterest();
  }

  /** Writability is asked for while something is queued, and only then (law 9). */
  void checkInterest() {
    if (isOpen() && socket != null && !socket.isGone()) {
      boolean asked = (world.epoll().interest(fd) & Epoll.EPOLLOUT) != 0;
      require(!asked || open().queuedBytes() > 0, "EPOLLOUT is armed with nothing queued");
    }
  }

  boolean isFor(int number) {
    return fd == number;
  }

  /** The world has ended: what came of it. */
  void checkOutcome() {
    require(closes == 1, "never closed");
    SimulatedSocket inside = socket;
    if (inside == null) {
      require(cause != null || world.stopped, "never open, and no cause");
      return;
    }
    boolean reset = inside.hasFailed();
    if (inside.wasReset() && !closing && !(ended && shut)) {
      require(cause != null, "reset, and no cause");
    }
    if (!reset && !closing && !paused) { // a send that fails ends a paused connection
      require(ended || cause != null, "the peer's end was not delivered");
      require(seen == peer.sent, (peer.sent - seen) + " bytes of the peer were lost");
    }
    if (!world.rough) {
      require(cause == null, "a cause, but nothing went wrong");
      require(seen == peer.total, (peer.total - seen) + " bytes of the peer were lost");
      require(peer.received == written, (written - peer.received) + " bytes of ours were lost");
      require(peer.endReceived, "the peer has not seen the end");
    }
    require(spoilt || peer.received <= written, "the peer received more than was written");
  }

  @Override
  public String toString() {
    return "conversation %d (in %d/%d, out %d%s%s%s)"
        .formatted(
            peer.id,
            consumed,
            seen,
            written,
            paused ? ", paused" : "",
            ended ? ", ended" : "",
            closing ? ", closing" : "");
  }
}
