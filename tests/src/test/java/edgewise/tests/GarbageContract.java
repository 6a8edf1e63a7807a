package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.EventLoop;
import edgewise.Reactor;
import edgewise.SocketType;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Law 11: no garbage per message in steady state on the loop. */
class GarbageContract {
  private static final int MESSAGES = 20_000;

  /** The JDK's Selector makes a key set iterator and boxes per select; its price, measured. */
  private static final double ALLOWED_ON_SELECT = 400;

  /**
   * One view of a memory segment, made inside java.lang.foreign, that the compiler does not always
   * do away with. Nothing of ours: a queued message was 96 bytes and more.
   */
  private static final double ALLOWED_SLICE = 40;

  @Contract(modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.SELECT})
  void anEchoAllocatesNothing(Rig rig) throws Exception {
    echoes(rig, 100);
  }

  // What is long is sent from the receive buffer, and not from the outbox
  @Contract(modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.SELECT})
  void anEchoOfALongMessageAllocatesNothing(Rig rig) throws Exception {
    echoes(rig, 16 << 10);
  }

  private static void echoes(Rig rig, int messageBytes) throws Exception {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Reactor reactor = rig.reactor(1);
    EventLoop loop = reactor.loops().getFirst();
    var listening = reactor.listen(rig.free(), connection -> (c, in) -> c.write(in));
    Peer peer = rig.dial(listening.endpoint());
    byte[] message = new byte[messageBytes];
    var thread = new CompletableFuture<Long>();
    loop.execute(() -> thread.complete(Thread.currentThread().threadId()));
    long id = thread.get(5, TimeUnit.SECONDS);
    double perMessage = Double.MAX_VALUE;
    // The first rounds warm up; how long the compilers take depends on what else the machine does.
    long end = System.nanoTime() + 20_000_000_000L;
    for (int round = 0; round < 8 || isTooMuch(rig, perMessage, end); round++) {
      if (perMessage == 0) {
        break;
      }
      long before = threads.getThreadAllocatedBytes(id);
      Rig.join(
          rig.aside(() -> {
            for (int i = 0; i < MESSAGES / 4; i++) {
              peer.write(message);
              peer.read(message.length);
            }
            return true;
          }));
      double bytes = threads.getThreadAllocatedBytes(id) - before;
      perMessage = Math.min(perMessage, bytes / (MESSAGES / 4));
    }
    System.Logger log = System.getLogger(GarbageContract.class.getName());
    log.log(System.Logger.Level.INFO, rig.mode + ": " + perMessage + " bytes per echo");
    if (rig.mode == Mode.SELECT) {
      assertTrue(perMessage <= ALLOWED_ON_SELECT, perMessage + " bytes per echo");
    } else {
      assertEquals(0, perMessage, "bytes per echo");
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE},
      families = Family.UNIX)
  void anEchoOfWholeMessagesAllocatesNothing(Rig rig) throws Exception {
    ConnectionOptions how = ConnectionOptions.builder().type(SocketType.SEQPACKET).build();
    List<Descriptor> pair = rig.loop().socketPair(SocketType.SEQPACKET);
    var back = new int[1];
    Connection near =
        rig.loop()
            .adopt(
                pair.get(0),
                how,
                (c, in) -> {
                  back[0] += in.remaining();
                  in.position(in.limit());
                });
    rig.loop().adopt(pair.get(1), how, (c, in) -> c.write(in));
    rig.until("open", near::isOpen);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] message = new byte[100];
    double perMessage = Double.MAX_VALUE;
    long end = System.nanoTime() + 20_000_000_000L;
    while (perMessage > ALLOWED_SLICE && System.nanoTime() - end < 0) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MESSAGES / 4; i++) {
        near.write(message);
        for (back[0] = 0; back[0] < message.length; ) {
          rig.loop().turn(Duration.ZERO);
        }
      }
      double bytes = threads.getCurrentThreadAllocatedBytes() - before;
      perMessage = Math.min(perMessage, bytes / (MESSAGES / 4));
    }
    assertTrue(perMessage <= ALLOWED_SLICE, perMessage + " bytes per echo");
  }

  private static boolean isTooMuch(Rig rig, double perMessage, long end) {
    double allowed = rig.mode == Mode.SELECT ? ALLOWED_ON_SELECT : 0;
    return perMessage > allowed && System.nanoTime() - end < 0;
  }
}
