package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import edgewise.DatagramSocket;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Law 11 for datagrams: to receive one and to reply makes no garbage on epoll. */
class DatagramGarbageContract {
  private static final int DATAGRAMS = 10_000;

  /** The JDK's channel and selector; what they make was measured. */
  private static final double ALLOWED_ON_SELECT = 1000;

  private static final double ALLOWED_WITH_JNR = 10_000;

  @Contract(modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.SELECT})
  void anEchoAllocatesNothing(Rig rig) throws Exception {
    if (DatagramRig.lacks(rig)) {
      return;
    }
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var datagrams = new DatagramRig(rig);
    var echoes = new AtomicInteger();
    DatagramSocket one =
        datagrams.bind((s, d) -> {
          echoes.getAndIncrement();
          d.reply(d.bytes());
        });
    DatagramSocket two = datagrams.bind((s, d) -> d.reply(d.bytes()));
    for (int i = 0; i < 5; i++) {
      two.send(new byte[100], one.local());
    }
    double least = Double.MAX_VALUE;
    double onSelect = rig.family == Family.TCP ? ALLOWED_ON_SELECT : ALLOWED_WITH_JNR;
    double allowed = rig.mode == Mode.SELECT ? onSelect : 0;
    long end = System.nanoTime() + 60_000_000_000L;
    while (least > allowed && System.nanoTime() < end) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int upTo = echoes.get() + DATAGRAMS; echoes.get() < upTo; ) {
        rig.loop().turn(Rig.PATIENCE);
      }
      double bytes = threads.getCurrentThreadAllocatedBytes() - before;
      least = Math.min(least, bytes / DATAGRAMS);
    }
    System.Logger log = System.getLogger(DatagramGarbageContract.class.getName());
    log.log(
        System.Logger.Level.INFO, rig.mode + " " + rig.family + ": " + least + " bytes per echo");
    if (rig.mode == Mode.SELECT) {
      assertTrue(least <= allowed, least + " bytes per echo");
    } else {
      assertEquals(0, least, 0.01, "bytes per echo");
    }
  }
}
