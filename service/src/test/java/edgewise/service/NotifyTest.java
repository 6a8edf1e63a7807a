package edgewise.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** sd_notify(3). */
class NotifyTest {
  @TempDir Path directory;

  private static String unique() {
    return "@edgewise-notify-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  @Test
  void everyStateIsSentAsTheManualSaysToAPathAndToAnAbstractName() throws Exception {
    for (String name : new String[] {directory.resolve("notify").toString(), unique()}) {
      try (var manager = new Manager(name)) {
        Notify notify = Notify.to(name);
        assertTrue(notify.isActive());
        assertTrue(notify.ready());
        assertEquals("READY=1", manager.await());
        notify.stopping();
        assertEquals("STOPPING=1", manager.await());
        notify.watchdog();
        assertEquals("WATCHDOG=1", manager.await());
        notify.status("serving\n  two lines");
        assertEquals("STATUS=serving two lines", manager.await());
        notify.mainPid(4711);
        assertEquals("MAINPID=4711", manager.await());
        notify.send("READY=1\nX_OWN=ü");
        assertEquals("READY=1\nX_OWN=ü", manager.await());
      }
    }
  }

  @Test
  void aReloadTellsTheTimeOfTheMonotonicClock() throws Exception {
    String name = unique();
    try (var manager = new Manager(name)) {
      double before = uptimeMicros();
      Notify.to(name).reloading();
      String message = manager.await();
      assertTrue(message.startsWith("RELOADING=1\nMONOTONIC_USEC="), message);
      long told = Long.parseLong(message.substring(message.lastIndexOf('=') + 1));
      // Both count from the start of the machine; /proc/uptime goes on while it sleeps.
      assertTrue(Math.abs(told - before) < TimeUnit.SECONDS.toMicros(60), message);
    }
  }

  private static double uptimeMicros() throws Exception {
    String uptime = java.nio.file.Files.readString(Path.of("/proc/uptime"));
    return Double.parseDouble(uptime.split(" ", 2)[0]) * 1e6;
  }

  @Test
  void withoutAManagerNothingHappens() {
    for (String none : java.util.Arrays.asList(null, "", "vsock:2:1234", "relative")) {
      Notify notify = Notify.to(none);
      assertFalse(notify.isActive());
      assertFalse(notify.ready());
    }
  }

  @Test
  void aManagerThatIsGoneIsNoFailure() {
    assertFalse(Notify.to(directory.resolve("nobody").toString()).ready());
    assertFalse(Notify.to("/" + "x".repeat(200)).ready(), "too long for a socket");
  }

  @Test
  @Timeout(20)
  void aManagerThatDoesNotReadHoldsNobodyUp() {
    String name = unique();
    try (var _ = new Manager(name)) {
      Notify notify = Notify.to(name);
      int sent = 0;
      while (notify.watchdog()) { // up to net.unix.max_dgram_qlen of them
        sent++;
      }
      assertTrue(sent > 0);
      assertFalse(notify.ready());
    }
  }
}
