package edgewise.tests;

import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Datagram;
import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.PeerCredentials;
import edgewise.spi.Backend.Feature;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Datagrams with programs of others: Python's socket module, in {@code datagrams.py}, and socat.
 */
class DatagramPeersTest {
  private static String script() throws Exception {
    URL script = Objects.requireNonNull(DatagramPeersTest.class.getResource("datagrams.py"));
    return Path.of(script.toURI()).toString();
  }

  /** Echoes; sends descriptors back as well; tells those who ask who they are. */
  private static void answer(DatagramSocket socket, Datagram datagram) {
    var descriptors = new ArrayList<Descriptor>();
    for (Descriptor each; (each = datagram.takeDescriptor()) != null; ) {
      descriptors.add(each);
    }
    PeerCredentials sender = datagram.credentials();
    if (!descriptors.isEmpty()) {
      socket.send(datagram.bytes(), descriptors, datagram.sender());
    } else if (sender != null && datagram.bytes().equals(ByteBuffer.wrap(text("who")))) {
      datagram.reply(text(sender.pid() + " " + sender.uid() + " " + sender.gid()));
    } else {
      datagram.reply(datagram.bytes());
    }
  }

  @Contract(modes = {Mode.EPOLL_EDGE, Mode.SELECT})
  @Needs("python3")
  void pythonIsAnswered(Rig rig) throws Exception {
    if (DatagramRig.lacks(rig)) {
      return;
    }
    boolean more = rig.family == Family.UNIX && rig.has(Feature.DESCRIPTORS);
    var how = DatagramOptions.builder();
    if (more) {
      how.maxDescriptors(10).passCredentials(true);
    }
    DatagramSocket server = new DatagramRig(rig).bind(how, DatagramPeersTest::answer);
    String kind = rig.family == Family.TCP ? "udp" : more ? "descriptors" : "unix";
    Path mine = rig.name();
    String where = server.local().toString().replace("unix:", "");
    var ran = rig.aside(() -> Programs.run("python3", script(), kind, where, mine.toString()));
    rig.until("python is done", java.time.Duration.ofSeconds(60), ran::isDone);
    assertEquals("ok\n", Rig.join(ran).assertOk().text());
    java.nio.file.Files.deleteIfExists(mine);
  }

  @Contract(modes = {Mode.EPOLL_EDGE, Mode.SELECT})
  @Needs("socat")
  void socatIsHeard(Rig rig) throws Exception {
    if (DatagramRig.lacks(rig)) {
      return;
    }
    var inbox = new Inbox();
    DatagramSocket server = new DatagramRig(rig).bind(inbox);
    String to =
        server.local() instanceof Endpoint.Unix(Path path)
            ? "UNIX-SENDTO:" + path
            : "UDP4-SENDTO:" + server.local();
    var ran = rig.aside(() -> Programs.run("socat", "-u", "EXEC:echo hello", to));
    rig.until("it has come", () -> inbox.count() == 1);
    assertEquals(List.of("hello\n"), inbox.texts());
    rig.await(ran).assertOk();
  }
}
