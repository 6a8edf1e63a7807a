package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.Watch;
import edgewise.linux.Epoll;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.Socket;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Readiness of any descriptor; a backend that cannot watch says so. */
class WatchContract {
  static void assertRefused(Rig rig) {
    var refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> rig.loop().watch(0, Interest.READ, Trigger.LEVEL, w -> {}));
    assertTrue(Rig.text(refusal).contains("watching a file descriptor"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains(rig.mode.backendName), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("epoll"), "names who has it: " + refusal);
  }

  private static boolean lacks(Rig rig) {
    boolean lacking = !rig.has(Feature.WATCH);
    if (lacking) {
      assertRefused(rig);
    }
    return lacking;
  }

  private static int eventfd(Pipes pipes) {
    return pipes.owned(EventFd.eventfd(0, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC));
  }

  @Contract(families = Family.UNIX)
  void aPipeIsReportedWhenItCanBeReadAndWhenItEnds(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    int[] pipe = pipes.open();
    var seen = new ArrayList<String>();
    Watch watch =
        rig.loop()
            .watch(
                pipe[0],
                Interest.READ,
                Trigger.LEVEL,
                w -> {
                  String what = w.isHungUp() ? "hung up" : w.isReadable() ? "readable" : "?";
                  seen.add(w.isWritable() || w.isFailed() ? what + " and more" : what);
                  if (pipes.drain(w.fd()) == 0) {
                    w.close();
                  }
                });
    rig.turns(3);
    assertEquals(List.of(), seen);
    pipes.write(pipe[1]);
    rig.until("readable", () -> seen.size() == 1);
    pipes.close(pipe[1]);
    rig.until("hung up", () -> seen.size() == 2);
    assertEquals(List.of("readable", "hung up"), seen);
    rig.assertIdle(Duration.ofMillis(50));
    watch.close();
  }

  // Scenario 8
  @Contract(families = Family.UNIX)
  void anEdgeTriggeredEventfdWakesOncePerWriteAlsoUndrained(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    rig.loop().watch(fd, Interest.READ, Trigger.EDGE, w -> calls.add("ready"));
    rig.turns(3);
    assertEquals(0, calls.size());
    for (int i = 1; i <= 3; i++) {
      assertEquals(0, Math.min(0, EventFd.write(fd, 1)));
      rig.turns(5);
      assertEquals(i, calls.size());
    }
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(3, calls.size());
  }

  // Scenario 17
  @Contract(families = Family.UNIX)
  void aLevelTriggeredEventfdIsReportedUntilItIsDrained(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    rig.loop().watch(fd, Interest.READ, Trigger.LEVEL, w -> calls.add("ready"));
    EventFd.write(fd, 1);
    rig.turns(5);
    assertEquals(5, calls.size());
    assertEquals(1, EventFd.read(fd));
    rig.turns(5);
    assertEquals(5, calls.size());
  }

  @Contract(families = Family.UNIX)
  void aOneShotWatchIsSilentUntilItIsArmedAgain(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    Watch watch = rig.loop().watch(fd, Interest.READ, Trigger.ONESHOT, w -> calls.add("ready"));
    EventFd.write(fd, 1);
    rig.turns(5);
    EventFd.write(fd, 1);
    rig.turns(5);
    assertEquals(1, calls.size());
    watch.interest(Interest.READ);
    rig.turns(5);
    assertEquals(2, calls.size());
  }

  // Scenario 21
  @Contract(families = Family.UNIX)
  void aRegularFileOrDirectoryIsRefusedWithEperm(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    Path file = rig.directory().resolve("file");
    Files.writeString(file, "x");
    for (Path path : List.of(file, rig.directory())) {
      int fd = pipes.owned(File.open(path.toString(), File.O_RDONLY | File.O_CLOEXEC, 0));
      assertRefusedWith("EPERM", rig.loop(), fd);
    }
  }

  // Scenario 13
  @Contract(families = Family.UNIX)
  void toWatchADescriptorTwiceIsRefusedAndTheFirstWatchWorks(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    rig.loop().watch(fd, Interest.READ, Trigger.EDGE, w -> calls.add("first"));
    assertRefusedWith("EEXIST", rig.loop(), fd);
    EventFd.write(fd, 1);
    rig.turns(3);
    assertEquals(List.of("first"), calls);
  }

  // Scenario 14
  @Contract(families = Family.UNIX)
  void aClosedDescriptorIsRefusedWithEbadf(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    EventLoop loop = rig.loop();
    int fd = eventfd(pipes);
    pipes.close(fd);
    assertRefusedWith("EBADF", loop, fd);
    assertRefusedWith("EBADF", loop, -1);
  }

  private static void assertRefusedWith(String errno, EventLoop loop, int fd) {
    var refusal =
        assertThrows(
            IOException.class, () -> loop.watch(fd, Interest.READ, Trigger.LEVEL, w -> {}));
    assertTrue(Rig.text(refusal).contains(errno), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("" + fd), Rig.text(refusal));
  }

  // Scenario 14: to change what is not registered is an error, not a crash
  @Contract(families = Family.UNIX)
  void aClosedWatchCannotBeChangedAndClosesTwice(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    Watch watch = rig.loop().watch(fd, Interest.READ, Trigger.LEVEL, w -> {});
    watch.close();
    watch.close();
    assertThrows(IllegalStateException.class, () -> watch.interest(Interest.WRITE));
  }

  // Scenario 15
  @Contract(families = Family.UNIX)
  void aDescriptorCanBeWatchedAgainAfterItsWatchIsClosed(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    rig.loop().watch(fd, Interest.READ, Trigger.LEVEL, w -> calls.add("first")).close();
    rig.loop().watch(fd, Interest.READ, Trigger.EDGE, w -> calls.add("second"));
    EventFd.write(fd, 1);
    rig.turns(3);
    assertEquals(List.of("second"), calls);
  }

  // Scenario 16
  @Contract(families = Family.UNIX)
  void interestChangedFromReadToWriteReportsOnlyWrite(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    Watch watch =
        rig.loop()
            .watch(
                fd,
                Interest.READ,
                rig.mode.trigger,
                w -> calls.add((w.isReadable() ? "read" : "") + (w.isWritable() ? "write" : "")));
    EventFd.write(fd, 1);
    watch.interest(Interest.WRITE);
    rig.turns(1);
    assertEquals(List.of("write"), calls);
  }

  // Scenario 18
  @Contract(families = Family.UNIX)
  void readAndWriteReadinessComeAsOneEvent(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    EventFd.write(fd, 1);
    var calls = new ArrayList<String>();
    rig.loop()
        .watch(
            fd,
            Interest.READ_WRITE,
            rig.mode.trigger,
            w -> calls.add((w.isReadable() ? "read" : "") + (w.isWritable() ? "write" : "")));
    rig.turns(1);
    assertEquals(List.of("readwrite"), calls);
  }

  // Scenario 22
  @Contract(families = Family.UNIX)
  void anEpollInstanceCanBeWatched(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    int inner = pipes.owned(Epoll.create1(Epoll.EPOLL_CLOEXEC));
    int[] pipe = pipes.open();
    assertEquals(0, Epoll.ctl(inner, Epoll.EPOLL_CTL_ADD, pipe[0], Epoll.EPOLLIN, 1));
    var calls = new ArrayList<String>();
    rig.loop().watch(inner, Interest.READ, Trigger.EDGE, w -> calls.add("inner"));
    rig.turns(3);
    assertEquals(0, calls.size());
    pipes.write(pipe[1]);
    rig.turns(3);
    assertEquals(List.of("inner"), calls);
  }

  // Scenario 12
  @Contract(families = Family.UNIX)
  void afterCloseNoCallComesAndTheDescriptorIsStillTheUsers(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    Watch watch = rig.loop().watch(fd, Interest.READ, Trigger.LEVEL, w -> calls.add("call"));
    watch.close();
    EventFd.write(fd, 7);
    rig.turns(5);
    assertEquals(List.of(), calls);
    assertEquals(7, EventFd.read(fd));
  }

  // Scenario 10
  @Contract(families = Family.UNIX)
  void anEventOfADescriptorReadiedByAnotherThreadEndsTheWait(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    var calls = new ArrayList<String>();
    rig.loop().watch(fd, Interest.READ, rig.mode.trigger, w -> calls.add("call"));
    rig.turns(1);
    var writing = rig.aside(() -> EventFd.write(fd, 1));
    rig.loop().turn(Duration.ofSeconds(10));
    Rig.join(writing);
    assertEquals(1, calls.size());
    assertEquals(0, rig.loop().stats().wakeups());
  }

  @Contract(families = Family.UNIX)
  void withNoInterestOnlyAHangupIsReported(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    int[] ends = new int[2];
    assertEquals(
        0,
        Socket.socketpair(
            Socket.AF_UNIX,
            Socket.SOCK_STREAM | Socket.SOCK_NONBLOCK | Socket.SOCK_CLOEXEC,
            0,
            ends));
    pipes.owned(ends[0]);
    pipes.owned(ends[1]);
    var calls = new ArrayList<String>();
    Watch watch =
        rig.loop()
            .watch(
                ends[0],
                Interest.NONE,
                rig.mode.trigger,
                w -> {
                  calls.add(w.isHungUp() ? "hung up" : "?");
                  w.close();
                });
    pipes.write(ends[1]);
    rig.turns(3);
    assertEquals(List.of(), calls);
    pipes.close(ends[1]);
    rig.turns(3);
    assertEquals(List.of("hung up"), calls);
    watch.close();
  }

  // Law 12
  @Contract(families = Family.UNIX)
  void aFailingHandlerEndsItsWatchAndNothingElse(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var pipes = new Pipes(rig);
    int bad = eventfd(pipes);
    int good = eventfd(pipes);
    var calls = new ArrayList<String>();
    rig.loop()
        .watch(
            bad,
            Interest.READ,
            Trigger.LEVEL,
            w -> {
              calls.add("bad");
              throw new IllegalStateException("on purpose");
            });
    rig.loop().watch(good, Interest.READ, Trigger.EDGE, w -> calls.add("good"));
    EventFd.write(bad, 1);
    rig.turns(3);
    EventFd.write(good, 1);
    rig.turns(3);
    assertEquals(List.of("bad", "good"), calls);
  }

  @Contract(families = Family.UNIX)
  void watchesEndWithTheirLoopAndTheDescriptorsStayOpen(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    int fd = eventfd(new Pipes(rig));
    rig.loop().watch(fd, Interest.READ, rig.mode.trigger, w -> {});
    rig.loop().close();
    assertTrue(EventFd.write(fd, 1) >= 0);
    assertEquals(1, EventFd.read(fd));
  }
}
