package edgewise.tests;

import static edgewise.tests.DescriptorPair.counters;
import static edgewise.tests.DescriptorPair.upTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.SocketType;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.Resource;
import edgewise.spi.Backend.Feature;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Descriptors passed along with data, SCM_RIGHTS; unix(7), cmsg(3). */
class DescriptorPassingContract {
  private static boolean lacks(Rig rig) {
    if (rig.has(Feature.DESCRIPTORS)) {
      assertFalse(rig.loop().isClosed()); // open, and its descriptors with it
      return false;
    }
    ConnectionOptions how = ConnectionOptions.builder().maxDescriptors(1).build();
    var refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> rig.listen(how, connection -> new Recorder()));
    assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
    refusal =
        assertThrows(
            UnsupportedOperationException.class, () -> rig.loop().socketPair(SocketType.STREAM));
    assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
    return true;
  }

  @Contract(families = Family.UNIX)
  void descriptorsArriveWithTheirBytesInOrderAndCloseOnExec(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      DescriptorPair pair = DescriptorPair.open(rig, type, 20);
      pair.near().write(new byte[4]);
      pair.pass(3, 1, 2, 3);
      pair.pass(2, 4);
      pair.near().write(new byte[1]);
      rig.until("the bytes", () -> pair.taker().received() == 10);
      for (Descriptor each : pair.taker().taken) {
        assertEquals(File.FD_CLOEXEC, File.fcntl(each.fd(), File.F_GETFD));
      }
      assertEquals(List.of(1L, 2L, 3L, 4L), pair.taker().numbers(), type.toString());
    }
  }

  @Contract(families = Family.UNIX)
  void theyTravelInBothDirections(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      var taker =
          new DescriptorTaker() {
            @Override
            void data(Connection c, ByteBuffer in) throws Exception {
              var all = new ArrayList<Descriptor>();
              @Nullable Descriptor next;
              while ((next = c.takeDescriptor()) != null) {
                all.add(next);
              }
              c.write(in, all);
            }
          };
      ConnectionOptions how = ConnectionOptions.builder().type(type).maxDescriptors(9).build();
      List<Descriptor> pair = rig.loop().socketPair(type);
      DescriptorTaker back = rig.closing(new DescriptorTaker());
      Connection near = rig.loop().adopt(pair.get(0), how, back);
      rig.loop().adopt(pair.get(1), how, taker);
      rig.until("open", near::isOpen);
      near.write(ByteBuffer.allocate(5), counters(rig, 7, 8));
      rig.until("back", () -> back.received() == 5);
      assertEquals(List.of(7L, 8L), back.numbers());
    }
  }

  @Contract(families = Family.UNIX)
  void asManyAsTheKernelAllowsGoAtOnceAndOneMoreIsRefused(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      DescriptorPair pair = DescriptorPair.open(rig, type, 253);
      pair.pass(1, upTo(253));
      rig.until("the byte", () -> pair.taker().received() == 1);
      assertEquals(253, pair.taker().taken.size());
      assertEquals(253L, pair.taker().numbers().getLast());
      List<Descriptor> tooMany = counters(rig, upTo(254));
      assertThrows(
          IllegalArgumentException.class, () -> pair.near().write(ByteBuffer.allocate(1), tooMany));
      assertThrows(
          IllegalArgumentException.class,
          () -> pair.near().write(ByteBuffer.allocate(0), tooMany.subList(0, 1)));
      tooMany.forEach(each -> assertTrue(each.isOwned()));
      tooMany.forEach(Descriptor::close);
    }
  }

  // The default: nobody can fill our table of descriptors.
  @Contract(families = Family.UNIX)
  void whoAcceptsNoneGetsTheBytesAndNothingElse(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      DescriptorPair pair = DescriptorPair.open(rig, type, 0);
      int before = Descriptors.count();
      pair.pass(5, 1, 2, 3);
      rig.until("the bytes", () -> pair.taker().received() == 5);
      assertNull(pair.far().takeDescriptor());
      assertEquals(before, Descriptors.count());
      assertTrue(pair.far().isOpen());
    }
  }

  // cmsg(3): what did not fit is closed by the kernel, what did fit is ours to close.
  @Contract(families = Family.UNIX)
  void moreThanTheLimitEndsTheConnectionAndLeaksNothing(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      for (int limit : new int[] {1, 2, 3, 4}) {
        DescriptorPair pair = DescriptorPair.open(rig, type, limit);
        int before = Descriptors.count();
        pair.pass(5, upTo(limit));
        rig.until("the bytes", () -> pair.taker().received() == 5);
        assertEquals(limit, pair.taker().taken.size());
        pair.taker().close();
        assertEquals(before, Descriptors.count());
        pair.pass(5, upTo(limit + 1));
        rig.until("closed", () -> pair.taker().has("close"));
        assertEquals(5, pair.taker().received(), "bytes that have lost what belongs to them");
        String message = Rig.text(pair.taker().cause);
        assertTrue(message.contains("MSG_CTRUNC") && message.contains("= " + limit), message);
        assertEquals(limit, pair.taker().taken.size());
        pair.near().abort();
        rig.turns(3);
        assertEquals(before - 2, Descriptors.count());
      }
    }
  }

  @Contract(families = Family.UNIX)
  void thoseThatNobodyTakesCountAgainstTheLimitAndAreClosedAtTheEnd(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      var lazy =
          new DescriptorTaker() {
            @Override
            void data(Connection c, ByteBuffer in) {
              take(in);
            }
          };
      ConnectionOptions how = ConnectionOptions.builder().type(type).maxDescriptors(5).build();
      int before = Descriptors.count();
      DescriptorPair pair = DescriptorPair.open(rig, how, lazy);
      pair.pass(1, 1, 2);
      pair.pass(1, 3, 4, 5);
      rig.until("both", () -> lazy.received() == 2);
      assertEquals(before + 2 + 5, Descriptors.count());
      Descriptor first = Objects.requireNonNull(pair.far().takeDescriptor());
      assertEquals(1, EventFd.read(first.fd()));
      pair.far().close();
      rig.until("closed", () -> lazy.has("close"));
      pair.near().close();
      rig.turns(3);
      assertEquals(before + 1, Descriptors.count(), "what was taken is open");
      first.close();
      first.close();
      assertThrows(IllegalStateException.class, first::fd);
    }
  }

  @Contract(families = Family.UNIX)
  void withTheQueueBlockedTheyWaitWithTheirBytes(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      DescriptorPair pair = DescriptorPair.open(rig, type, 100);
      pair.far().pause();
      int filled = 0;
      while (pair.near().queuedBytes() == 0) {
        pair.near().write(new byte[20_000]);
        filled += 20_000;
        rig.turns(1);
      }
      pair.pass(10, 1, 2);
      pair.near().write(new byte[5]);
      pair.pass(10, 3);
      assertTrue(pair.near().queuedBytes() >= 25);
      int all = filled + 25;
      pair.far().resume();
      rig.until("all bytes", () -> pair.taker().received() == all);
      assertEquals(List.of(1L, 2L, 3L), pair.taker().numbers());
      assertEquals(0, pair.near().queuedBytes());
    }
  }

  @Contract(families = Family.UNIX)
  void thoseThatWaitAreClosedWhenTheConnectionEnds(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      for (boolean peerVanishes : new boolean[] {true, false}) {
        int before = Descriptors.count();
        DescriptorPair pair = DescriptorPair.open(rig, type, 100);
        pair.far().pause();
        while (pair.near().queuedBytes() == 0) {
          pair.near().write(new byte[20_000]);
          rig.turns(1);
        }
        pair.pass(10, 1, 2, 3);
        (peerVanishes ? pair.far() : pair.near()).abort();
        rig.until("both closed", () -> rig.loop().connections() <= 1);
        pair.near().abort();
        pair.far().abort();
        rig.until("all closed", () -> rig.loop().connections() == 0);
        assertEquals(before, Descriptors.count());
      }
    }
  }

  @Contract(families = Family.UNIX)
  void whatIsOnItsWayToAConnectionThatClosesIsClosedToo(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      int before = Descriptors.count();
      DescriptorPair pair = DescriptorPair.open(rig, type, 100);
      pair.pass(10, 1, 2, 3);
      pair.far().closeLingering(java.time.Duration.ofSeconds(5));
      rig.turns(3);
      pair.near().close();
      rig.until("all closed", () -> rig.loop().connections() == 0);
      assertEquals(0, pair.taker().taken.size());
      assertEquals(before, Descriptors.count());
    }
  }

  @Contract(families = Family.UNIX)
  void aClosedConnectionTakesNone(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    DescriptorPair pair = DescriptorPair.open(rig, SocketType.STREAM, 1);
    pair.near().close();
    List<Descriptor> mine = counters(rig, 1);
    assertThrows(
        IllegalStateException.class, () -> pair.near().write(ByteBuffer.allocate(1), mine));
    assertTrue(mine.getFirst().isOwned());
    mine.getFirst().close();
    assertThrows(IllegalStateException.class, () -> mine.getFirst().take());
    DescriptorPair other = DescriptorPair.open(rig, SocketType.STREAM, 1);
    assertThrows(
        IllegalStateException.class, () -> other.near().write(ByteBuffer.allocate(1), mine));
    assertTrue(other.near().isOpen());
  }

  // TCP would take the bytes and forget the descriptors.
  @Contract(families = Family.TCP)
  void overTcpTheyAreRefused(Rig rig) throws Exception {
    var handler = new Recorder();
    rig.connected(handler);
    if (lacks(rig)) {
      assertThrows(
          UnsupportedOperationException.class,
          () -> handler.connection().write(ByteBuffer.allocate(1), List.of()));
      return;
    }
    List<Descriptor> mine = counters(rig, 1);
    var refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> handler.connection().write(ByteBuffer.allocate(1), mine));
    assertTrue(Rig.text(refusal).contains("AF_UNIX"), Rig.text(refusal));
    assertTrue(mine.getFirst().isOwned());
    mine.getFirst().close();
    assertThrows(
        IllegalArgumentException.class,
        () ->
            rig.listen(
                ConnectionOptions.builder().maxDescriptors(1).build(),
                connection -> new Recorder()));
  }

  /** MSG_CTRUNC again, for another reason: the connection ends, the process and the loop go on. */
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.EPOLL_LEVEL},
      families = Family.UNIX)
  void withoutAFreeNumberTheConnectionEndsAndNothingLeaks(Rig rig) throws Exception {
    moreThanTheLimitEndsTheConnectionAndLeaksNothing(rig); // and all classes are loaded
    DescriptorPair pair = DescriptorPair.open(rig, SocketType.STREAM, 10);
    List<Descriptor> mine = counters(rig, 1, 2, 3);
    int before = Descriptors.count();
    long[] limits = new long[2];
    var limit = Resource.RLIMIT_NOFILE;
    assertEquals(0, Resource.getrlimit(limit, limits));
    int highest = Descriptors.open().keySet().stream().mapToInt(i -> i).max().orElseThrow();
    var fillers = new ArrayList<Descriptor>();
    pair.far().pause();
    pair.near().write(ByteBuffer.allocate(1), mine);
    rig.turns(3);
    try {
      assertEquals(0, Resource.setrlimit(limit, highest + 3L, limits[1]));
      for (int fd; (fd = File.dup(0)) >= 0; ) {
        fillers.add(rig.loop().backend().own(fd));
      }
      pair.far().resume();
      rig.until("closed", () -> pair.taker().has("close"));
    } finally {
      assertEquals(0, Resource.setrlimit(limit, limits[0], limits[1]));
      fillers.forEach(Descriptor::close);
    }
    assertNotNull(pair.taker().cause);
    assertTrue(Rig.text(pair.taker().cause).contains("MSG_CTRUNC"), pair.taker().cause.toString());
    assertFalse(rig.loop().isClosed());
    assertEquals(before - 3 - 1, Descriptors.count(), "those passed, and the far end");
  }
}
