package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.ConnectionOptions;
import edgewise.Trigger;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Law 7, on a kernel that gives a number just closed to the next who asks. */
class SimulatedStaleEventsTest {
  private static final int SERVER = 9000;

  /** A registered socket, the kernel's view of it, and its far end. */
  private record Line(StreamSocket socket, SimulatedSocket inside, SimulatedSocket far) {}

  /** A poller, and somebody who closes and opens sockets between any two events of a batch. */
  private static final class Switchboard {
    final SimulatedKernel kernel;
    final EpollPoller poller;
    final List<Line> lines = new ArrayList<>();
    private final List<SimulatedSocket> arrivals = new ArrayList<>();
    long stale;

    Switchboard(SimulatedKernel kernel) throws IOException {
      this.kernel = kernel;
      poller = EpollPoller.open(kernel, 16);
      kernel.network.serve(SERVER, Network.Answer.ACCEPT, arrivals::add);
    }

    void open() throws IOException {
      var remote = Network.endpoint(false, SERVER);
      StreamSocket socket = poller.connect(remote, ConnectionOptions.DEFAULT);
      int fd = ((EpollStream) socket).fd;
      var inside = (SimulatedSocket) kernel.descriptors.file("test", fd);
      var line = new Line(socket, inside, arrivals.getLast());
      Trigger[] triggers = Trigger.values();
      poller.register(
          socket,
          line,
          Readiness.READ | Readiness.PEER_HANGUP,
          triggers[kernel.faults.random.nextInt(triggers.length)]);
      lines.add(line);
    }

    void close() {
      if (!lines.isEmpty()) {
        any(lines).socket.close();
        lines.removeIf(line -> line.inside.isGone());
      }
    }

    <T> T any(List<T> all) {
      return all.get(kernel.faults.random.nextInt(all.size()));
    }

    void traffic() {
      Line line = any(lines);
      if (kernel.faults.random.nextInt(5) == 0) {
        line.far.close();
      } else {
        line.far.send(MemorySegment.ofArray(new byte[10]), 0, 10);
      }
    }

    void poll(SimulatedEpoll epoll) throws IOException {
      int count = poller.poll(0);
      List<Pollable> about = List.copyOf(epoll.lastBatch());
      assertEquals(about.size(), count);
      for (int i = 0; i < count; i++) {
        if (kernel.faults.random.nextInt(3) == 0) {
          close();
          open();
        }
        Object attachment = poller.attachment(i);
        var socket = (SimulatedSocket) about.get(i);
        if (socket.isGone()) {
          assertNull(attachment, "an event of a closed socket reached somebody");
          stale++;
        } else {
          assertNotNull(attachment, "an event of an open socket was dropped");
          assertSame(socket, ((Line) attachment).inside, "an event reached somebody else");
        }
      }
      assertEquals(stale, poller.staleEvents());
    }
  }

  @Test
  void anEventReachesTheChannelThatItIsAboutOrNobodyAndWhatIsDroppedIsCounted() {
    var seen = new long[1];
    Seeds.check("stale", 300, 500, (seed, trace) -> seen[0] += check(seed, trace));
    assertTrue(seen[0] > 0, "no event was ever stale");
  }

  private static long check(long seed, Trace trace) throws IOException {
    var faults = new Faults(seed);
    faults.smallBatch = 0.5;
    var kernel = new SimulatedKernel(faults, trace);
    var board = new Switchboard(kernel);
    var epoll = (SimulatedEpoll) kernel.descriptors.file("test", board.poller.epfd);
    for (int i = 0; i < 10; i++) {
      board.open();
    }
    for (int i = 0; i < 50; i++) {
      for (int j = faults.upTo(10); j > 0; j--) {
        board.traffic();
      }
      board.poll(epoll);
    }
    while (!board.lines.isEmpty()) {
      board.close();
    }
    board.poller.close();
    kernel.check();
    assertEquals(List.of(), kernel.descriptors.open());
    return board.stale;
  }
}
