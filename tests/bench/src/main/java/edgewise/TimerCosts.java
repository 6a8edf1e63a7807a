package edgewise;

import edgewise.bench.pieces.Piece;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.internal.DefaultPriorityQueue;
import io.netty.util.internal.PriorityQueueNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Timers among others that are armed, with deadlines spread over a minute:
 *
 * <ul>
 *   <li>set and cancelled again: a call with a timeout that answers in time
 *   <li>reset: the idle timeout of a connection, moved by each request. One of the armed timers,
 *       each in its turn, is set to a minute from now; then 10 microseconds pass, and what is due
 *       runs, which is nothing, but old places come up
 *   <li>fired: set to now, and run
 * </ul>
 *
 * <p>The peers are the queue of Netty's event loops, Netty's wheel, whose own thread does most of
 * its work elsewhere and does not count here, and the JDK's executor for scheduled tasks, which
 * locks. A moved timer there is one cancelled and one set. The JDK's plain priority queue has only
 * the last of the three, since it searches for what is to be removed from one end to the other.
 */
public class TimerCosts extends Piece {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final long STEP = TimeUnit.MICROSECONDS.toNanos(10);
  private static final int DELAYS = 1 << 14;

  /** A task in the queue of one of Netty's event loops. */
  private static final class Node implements PriorityQueueNode {
    long deadline;
    private int index = INDEX_NOT_IN_QUEUE;

    @Override
    public int priorityQueueIndex(DefaultPriorityQueue<?> queue) {
      return index;
    }

    @Override
    public void priorityQueueIndex(DefaultPriorityQueue<?> queue, int to) {
      index = to;
    }
  }

  @Param({"10", "1000", "100000"})
  public int armed = 10;

  private long fired;
  private final Runnable action = this::count;
  private final EventLoop loop = open();
  private final Timers timers = new Timers();
  private final Comparator<Node> order = (a, b) -> Long.compare(a.deadline, b.deadline);
  private final DefaultPriorityQueue<Node> nettyQueue = new DefaultPriorityQueue<>(order, 16);
  private final PriorityQueue<Node> jdkQueue = new PriorityQueue<>(order);
  private final HashedWheelTimer nettyWheel = new HashedWheelTimer();
  private final ScheduledThreadPoolExecutor jdkExecutor = new ScheduledThreadPoolExecutor(1);
  private final Timer timer = new Timer(loop, action);
  private final Node node = new Node();
  private final long[] delays = new long[DELAYS];
  private Timer[] all = {};
  private Node[] nettyAll = {};
  private Timeout[] wheelAll = {};
  private Future<?>[] jdkAll = {};
  private long now = System.nanoTime();
  private int next;

  private static EventLoop open() {
    try {
      return EventLoop.open();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Setup
  public void arm() {
    var random = new Random(5);
    for (int i = 0; i < DELAYS; i++) {
      delays[i] = MINUTE / 2 + random.nextLong(MINUTE / 2);
    }
    jdkExecutor.setRemoveOnCancelPolicy(true);
    all = new Timer[armed];
    nettyAll = new Node[armed];
    wheelAll = new Timeout[armed];
    jdkAll = new Future<?>[armed];
    for (int i = 0; i < armed; i++) {
      long delay = MINUTE / 2 + random.nextLong(MINUTE / 2);
      all[i] = new Timer(loop, action);
      timers.set(all[i], now + delay);
      nettyAll[i] = node(now + delay);
      nettyQueue.add(nettyAll[i]);
      jdkQueue.add(node(now + delay));
      wheelAll[i] = onWheel(delay);
      jdkAll[i] = jdkExecutor.schedule(action, delay, TimeUnit.NANOSECONDS);
    }
    verify();
  }

  private void verify() {
    check("fired early", 0L, fired);
    edgewiseFire();
    check("fired", 1L, fired);
    nettyQueueFire();
    jdkQueueFire();
    check("fired by each", 3L, fired);
    edgewiseSetAndCancel();
    nettyQueueSetAndCancel();
    check("cancelled on the wheel", true, nettyWheelSetAndCancel());
    check("cancelled by the executor", true, jdkExecutorSetAndCancel());
    edgewiseReset();
    nettyQueueReset();
    check("armed in the timers", armed, timers.size());
    check("armed in Netty's queue", armed, nettyQueue.size());
    check("armed in the JDK's queue", armed, jdkQueue.size());
    check("armed in the executor", armed, jdkExecutor.getQueue().size());
    check("fired by none of these", 3L, fired);
  }

  @TearDown
  public void close() {
    nettyWheel.stop();
    jdkExecutor.shutdownNow();
    loop.close();
  }

  private static Node node(long deadline) {
    var made = new Node();
    made.deadline = deadline;
    return made;
  }

  private Timeout onWheel(long delay) {
    return nettyWheel.newTimeout(_ -> fired++, delay, TimeUnit.NANOSECONDS);
  }

  private void count() {
    fired++;
  }

  private long delay() {
    return delays[next++ & (DELAYS - 1)];
  }

  // --- set and cancelled

  @Benchmark
  public void edgewiseSetAndCancel() {
    timers.set(timer, now + delay());
    timers.cancel(timer);
  }

  @Benchmark
  public void nettyQueueSetAndCancel() {
    Node task = node(now + delay());
    nettyQueue.add(task);
    nettyQueue.removeTyped(task);
  }

  @Benchmark
  public boolean nettyWheelSetAndCancel() {
    return onWheel(delay()).cancel();
  }

  @Benchmark
  public boolean jdkExecutorSetAndCancel() {
    return jdkExecutor.schedule(action, delay(), TimeUnit.NANOSECONDS).cancel(false);
  }

  // --- moved, while time passes

  private int turn() {
    now += STEP;
    next = next + 1 == armed ? 0 : next + 1;
    return next;
  }

  @Benchmark
  public void edgewiseReset() {
    Timer moved = all[turn()];
    timers.set(moved, now + MINUTE);
    timers.runDue(now, loop);
  }

  @Benchmark
  public void nettyQueueReset(Blackhole hole) {
    hole.consume(nettyQueueReset());
  }

  private boolean nettyQueueReset() {
    Node moved = nettyAll[turn()];
    nettyQueue.removeTyped(moved);
    moved.deadline = now + MINUTE;
    nettyQueue.add(moved);
    return nettyQueue.peek().deadline - now <= 0;
  }

  @Benchmark
  public void nettyWheelReset() {
    int i = turn();
    wheelAll[i].cancel();
    wheelAll[i] = onWheel(MINUTE);
  }

  @Benchmark
  public void jdkExecutorReset() {
    int i = turn();
    jdkAll[i].cancel(false);
    jdkAll[i] = jdkExecutor.schedule(action, MINUTE, TimeUnit.NANOSECONDS);
  }

  // --- fired

  @Benchmark
  public void edgewiseFire() {
    timers.set(timer, now);
    timers.runDue(now, loop);
  }

  @Benchmark
  public void nettyQueueFire() {
    node.deadline = now;
    nettyQueue.add(node);
    if (nettyQueue.peek().deadline - now <= 0) {
      nettyQueue.poll();
      action.run();
    }
  }

  @Benchmark
  public void jdkQueueFire() {
    node.deadline = now;
    jdkQueue.add(node);
    if (jdkQueue.element().deadline - now <= 0) {
      jdkQueue.remove();
      action.run();
    }
  }
}
