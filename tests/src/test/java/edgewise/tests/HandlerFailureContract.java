package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.EventLoop;
import edgewise.Listener;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/** Law 12: one bad connection is one bad connection. */
class HandlerFailureContract {
  private final Exception onPurpose = new Exception("on purpose");

  private interface Trouble {
    void cause(Rig rig, Peer peer, Recorder bad) throws Exception;
  }

  /** The handler fails in one call; its connection ends with that cause, another one goes on. */
  private void failsIn(Rig rig, String call, Recorder bad, Trouble trouble) throws Exception {
    var good = new Recorder();
    Peer goodPeer = rig.connected(good);
    Peer badPeer = rig.connected(ConnectionOptions.builder().waterMarks(0, 1).build(), bad);
    trouble.cause(rig, badPeer, bad);
    rig.until("closed", () -> bad.has("close"));
    assertTrue(bad.has(call), bad.calls.toString());
    if (!call.equals("close")) {
      assertSame(onPurpose, bad.cause);
    }
    rig.turns(3);
    assertEquals(1, bad.count("close"));
    goodPeer.write("x");
    rig.until("the other one goes on", () -> good.received() == 1);
    assertEquals(1, rig.loop().connections());
    assertFalse(rig.loop().isClosed());
  }

  // Scenario 39
  @Contract
  void inOnOpen(Rig rig) throws Exception {
    failsIn(
        rig,
        "open",
        new Recorder() {
          @Override
          void opened(Connection c) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> {});
  }

  // Scenario 39
  @Contract
  void inOnData(Rig rig) throws Exception {
    failsIn(
        rig,
        "data",
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> peer.write("x"));
  }

  @Contract
  void inOnEnd(Rig rig) throws Exception {
    failsIn(
        rig,
        "end",
        new Recorder() {
          @Override
          void ended(Connection c) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> peer.shutdownOutput());
  }

  @Contract
  void inOnWritable(Rig rig) throws Exception {
    failsIn(
        rig,
        "writable",
        new Recorder() {
          @Override
          void writable(Connection c) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> {
          bad.connection().write(new byte[3_000_000]);
          r.await(
              r.aside(() -> {
                try {
                  return peer.read(3_000_000).length;
                } catch (java.io.IOException e) {
                  return -1; // closed by the failure
                }
              }));
        });
  }

  @Contract
  void inOnClose(Rig rig) throws Exception {
    failsIn(
        rig,
        "close",
        new Recorder() {
          @Override
          void closed(Connection c) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> bad.connection().close());
  }

  @Contract
  void inOnPeerHangup(Rig rig) throws Exception {
    if (!rig.has(edgewise.spi.Backend.Feature.HANGUP_WHILE_NOT_READING)) {
      inOnClose(rig); // it is never called here
      return;
    }
    failsIn(
        rig,
        "hangup",
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.pause();
          }

          @Override
          void hungUp(Connection c) throws Exception {
            throw onPurpose;
          }
        },
        (r, peer, bad) -> peer.shutdownOutput());
  }

  @Contract
  void anErrorIsNoWorseThanAnException(Rig rig) throws Exception {
    var error = new StackOverflowError("on purpose");
    var bad =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            throw error;
          }
        };
    Peer peer = rig.connected(bad);
    peer.write("x");
    rig.until("closed", () -> bad.has("close"));
    assertSame(error, bad.cause);
    assertFalse(rig.loop().isClosed());
  }

  @Contract
  void whatWasWrittenBeforeTheFailureIsNotSentAfterIt(Rig rig) throws Exception {
    var bad =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            c.write(new byte[10]);
            throw onPurpose;
          }
        };
    Peer peer = rig.connected(bad);
    peer.write("x");
    rig.until("closed", () -> bad.has("close"));
    int got =
        rig.await(
            rig.aside(() -> {
              try {
                return peer.readAll().length;
              } catch (java.io.IOException e) {
                return 0; // reset, since its byte was left unread
              }
            }));
    assertEquals(0, got);
  }

  // Law 12: Netty 4.2 sleeps for a second here
  @Contract(families = Family.UNIX)
  void aFailureOfTheLoopItselfReachesTheObserverAndEveryConnection(Rig rig) throws Exception {
    var told = new ArrayList<Throwable>();
    Map<Integer, String> before = Descriptors.open();
    EventLoop loop = rig.open(rig.options().observer((l, failure) -> told.add(failure)));
    int epfd = newest(before, "anon_inode:[eventpoll]");
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    // Another kind of file takes the place of the loop's epoll instance: epoll_wait gives EINVAL.
    int other = EventFd.eventfd(0, EventFd.EFD_CLOEXEC);
    assertEquals(0, File.close(epfd));
    assertEquals(epfd, File.dup(other), "the lowest free number");
    assertEquals(0, File.close(other));
    long start = System.nanoTime();
    loop.turn(Duration.ofMillis(10));
    assertTrue(System.nanoTime() - start < 900_000_000, "it slept");
    assertEquals(1, told.size());
    assertSame(loop.failure(), told.getFirst());
    assertTrue(loop.isClosed());
    assertEquals(List.of("open", "close"), handler.calls);
    assertNotNull(handler.cause);
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    assertEquals(0, Rig.join(rig.aside(() -> peer.readAll().length)));
  }

  private static int newest(Map<Integer, String> before, String kind) {
    Map<Integer, String> now = Descriptors.open();
    now.keySet().removeAll(before.keySet());
    now.values().removeIf(target -> !target.equals(kind));
    assertEquals(1, now.size(), now.toString());
    return now.keySet().iterator().next();
  }

  @Contract
  void aListenerSurvivesAHandlerThatFailsEveryTime(Rig rig) throws Exception {
    Listener listener =
        rig.listen(connection ->
            new Recorder() {
              @Override
              void opened(Connection c) throws Exception {
                throw onPurpose;
              }
            });
    for (int i = 1; i <= 50; i++) {
      rig.dial(listener).close();
    }
    rig.until("all", () -> listener.accepted() == 50);
    rig.turns(3);
    assertEquals(0, rig.loop().connections());
  }
}
