package edgewise.select;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the channels of jnr-unixsocket, which the JDK's selector does not take, on a thread of
 * its own with jnr's own selector. Only that thread touches the selector; commands come by a queue.
 *
 * <pre>
 *   loop:    arm(key) --commands, wakeup--> thread: interestOps, select ... ready!
 *   loop:    poll() reports <--ready, wakeup of the loop's selector-- interestOps(0)
 *   loop:    the next poll() arms it again, if there is still interest
 * </pre>
 *
 * <p>A key is thus reported once and armed again when the loop has had its turn: level-triggered
 * for the loop, without spinning for the thread.
 */
final class JnrSelector implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JnrSelector.class);

  /** How long a key that leaves waits for the thread, which takes microseconds. */
  private static final int PATIENCE_SECONDS = 5;

  private final JnrLibrary library;
  private final Selector selector;
  private final Runnable wakeLoop;
  private final Thread thread;
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<JnrKey> ready = new ConcurrentLinkedQueue<>();

  /** Those that the last poll has reported; the loop's. */
  private final List<JnrKey> reported = new ArrayList<>();

  private volatile boolean closed;

  JnrSelector(JnrLibrary library, Runnable wakeLoop) throws IOException {
    this.library = library;
    this.wakeLoop = wakeLoop;
    selector = library.openSelector();
    thread = Thread.ofPlatform().daemon().name("edgewise-jnr-selector").start(this);
  }

  JnrLibrary library() {
    return library;
  }

  @Override
  public void run() {
    try (selector) {
      for (runCommands(); !closed; runCommands()) {
        selector.select();
        collect();
      }
    } catch (IOException | RuntimeException e) {
      log.error("no more AF_UNIX datagrams will be noticed on this loop", e);
    }
    runCommands();
  }

  private void runCommands() {
    for (Runnable command; (command = commands.poll()) != null; ) {
      command.run();
    }
  }

  private void collect() {
    boolean any = false;
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid() && key.attachment() instanceof JnrKey ours && key.readyOps() != 0) {
        ours.ready = key.readyOps();
        key.interestOps(0);
        ready.add(ours);
        any = true;
      }
    }
    selector.selectedKeys().clear();
    if (any) {
      wakeLoop.run();
    }
  }

  /** Any thread: what {@code key} is to be reported for. */
  void arm(JnrKey key, int operations) {
    command(() -> key.register(selector, operations));
  }

  /** Any thread: forgets the key; when this returns, nothing waits for its descriptor. */
  void forget(JnrKey key) {
    var done = new CountDownLatch(1);
    command(() -> {
      key.deregister();
      done.countDown();
    });
    boolean interrupted = false;
    try {
      if (thread.isAlive() && !done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the thread {} does not answer", thread);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void command(Runnable command) {
    commands.add(command);
    if (thread.isAlive() && !closed) {
      selector.wakeup();
    }
  }

  /** The loop begins to poll: those that it has looked at are armed again. */
  void beginPoll() {
    reported.forEach(JnrKey::armAgain);
    reported.clear();
  }

  /** The loop has polled: hands over what is ready. */
  void endPoll(Consumer<SelectionKey> to) {
    for (JnrKey key; (key = ready.poll()) != null; ) {
      reported.add(key);
      if (key.isValid()) {
        to.accept(key);
      }
    }
  }

  @Override
  public void close() {
    command(() -> closed = true);
  }
}
