package edgewise;

import edgewise.bench.pieces.Piece;
import io.netty.util.internal.PlatformDependent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Nanoseconds per task that producers hand to one consumer, which runs it; the tasks are there
 * beforehand. A round is of {@value #ROUND} tasks: the producers wait for its beginning, and it
 * ends when the consumer has run them all, so no queue grows beyond that. With no producer the
 * consumer adds {@value #BATCH} tasks itself and runs them: the cost without anybody in the way.
 */
@OperationsPerInvocation(TaskHandOver.ROUND)
public class TaskHandOver extends Piece {
  static final int ROUND = 1 << 14;
  private static final int BATCH = 16;

  /** A queue as its consumer sees it. */
  private interface Subject {
    void add(Runnable task);

    /** Runs what there is. */
    void drain();
  }

  private static final class Edgewise implements Subject {
    private final TaskQueue queue = new TaskQueue();

    @Override
    public void add(Runnable task) {
      queue.add(task);
    }

    @Override
    public void drain() {
      for (TaskQueue.Node node = queue.takeAll(); node != null; node = node.next) {
        if (node.task != null) {
          node.task.run();
        }
      }
    }
  }

  private record Jdk(Queue<Runnable> queue) implements Subject {
    @Override
    public void add(Runnable task) {
      queue.add(task);
    }

    @Override
    public void drain() {
      for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
        task.run();
      }
    }
  }

  @Param({"EDGEWISE", "NETTY", "JDK"})
  public String queue = "EDGEWISE";

  @Param({"0", "1", "2"})
  public int producers;

  private Subject subject = new Edgewise();
  private volatile long round;
  private volatile boolean over;
  private long rounds;
  private long done;
  private final Runnable task = this::count;

  @Setup
  public void start() {
    subject =
        switch (queue) {
          case "EDGEWISE" -> new Edgewise();
          case "NETTY" -> new Jdk(PlatformDependent.newMpscQueue());
          default -> new Jdk(new ConcurrentLinkedQueue<>());
        };
    for (int i = 0; i < producers; i++) {
      Thread.ofPlatform().daemon().name("producer-", i).start(this::produce);
    }
    handOver();
    check("tasks run", (long) ROUND, done);
  }

  @TearDown
  public void stop() {
    over = true;
  }

  private void count() {
    done++;
  }

  private void produce() {
    Subject to = subject;
    int share = ROUND / producers;
    for (long mine = 1; !over; mine++) {
      while (round < mine && !over) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < share && !over; i++) {
        to.add(task);
      }
    }
  }

  @Benchmark
  public long handOver() {
    long end = done + ROUND;
    round = ++rounds;
    while (done < end) {
      for (int i = 0; producers == 0 && i < BATCH; i++) {
        subject.add(task);
      }
      subject.drain();
    }
    return done;
  }
}
