package edgewise.tests;

import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Datagram;
import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.PeerCredentials;
import edgewise.SocketFileOptions;
import edgewise.linux.File;
import edgewise.linux.Socket;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What AF_UNIX datagrams carry beside their bytes, and the file that they are sent to. */
class DatagramUnixContract {
  private static boolean lacksDescriptors(Rig rig) throws IOException {
    boolean lacks = !rig.has(Feature.DESCRIPTORS);
    if (lacks) {
      var how = DatagramOptions.builder().maxDescriptors(1).build();
      assertThrows(
          UnsupportedOperationException.class, () -> rig.loop().bind(rig.free(), how, new Inbox()));
    }
    return lacks;
  }

  /** Some readable ends of pipes, each with a number in it. */
  private static List<Descriptor> pipes(Rig rig, int from, int count) {
    var all = new ArrayList<Descriptor>();
    for (int i = 0; i < count; i++) {
      int[] ends = new int[2];
      assertEquals(0, File.pipe2(ends, File.O_CLOEXEC));
      var memory = java.lang.foreign.Arena.ofAuto().allocate(1);
      memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) (from + i));
      assertEquals(1, File.write(ends[1], memory, 0, 1));
      File.close(ends[1]);
      all.add(rig.loop().backend().own(ends[0]));
    }
    return all;
  }

  private static int number(Descriptor pipe) {
    var memory = java.lang.foreign.Arena.ofAuto().allocate(1);
    assertEquals(1, File.read(pipe.fd(), memory, 0, 1));
    assertEquals(File.FD_CLOEXEC, File.fcntl(pipe.fd(), File.F_GETFD, 0), "close-on-exec");
    return memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
  }

  /** Takes so many of the descriptors of each datagram and writes their numbers down. */
  private static final class Taking extends Inbox {
    private final int most;
    final List<List<Integer>> numbers = new ArrayList<>();
    int lost;

    Taking(int most) {
      this.most = most;
    }

    @Override
    public void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception {
      super.onDatagram(socket, datagram);
      var taken = new ArrayList<Integer>();
      for (int i = 0; i < most; i++) {
        Descriptor next = datagram.takeDescriptor();
        if (next != null) {
          try (next) {
            taken.add(number(next));
          }
        }
      }
      numbers.add(taken);
      lost += datagram.hasLostDescriptors() ? 1 : 0;
    }
  }

  @Contract(families = Family.UNIX)
  void descriptorsTravelWithTheirDatagram(Rig rig) throws Exception {
    if (lacksDescriptors(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var taking = new Taking(253);
    DatagramSocket receiver = datagrams.bind(DatagramOptions.builder().maxDescriptors(253), taking);
    DatagramSocket sender = datagrams.bind(new Inbox());
    List<Descriptor> two = pipes(rig, 1, 2);
    assertTrue(sender.send(ByteBuffer.wrap(text("two")), two, receiver.local()));
    sender.send(text("none"), receiver.local());
    assertTrue(sender.send(ByteBuffer.wrap(text("most")), pipes(rig, -100, 253), receiver.local()));
    assertTrue(sender.send(ByteBuffer.allocate(0), pipes(rig, 7, 1), receiver.local()));
    rig.until("four", () -> taking.count() == 4);
    assertEquals(List.of("two", "none", "most", ""), taking.texts());
    assertEquals(List.of(1, 2), taking.numbers.get(0));
    assertEquals(List.of(), taking.numbers.get(1));
    assertEquals(253, taking.numbers.get(2).size());
    assertEquals(List.of(7), taking.numbers.get(3));
    assertEquals(0, taking.lost);
    two.forEach(each -> assertFalse(each.isOwned()));
    assertThrows(
        IllegalArgumentException.class,
        () -> sender.send(ByteBuffer.allocate(1), pipesThatStay(rig, 254), receiver.local()));
  }

  private static List<Descriptor> pipesThatStay(Rig rig, int count) {
    List<Descriptor> all = pipes(rig, 0, count);
    all.forEach(rig::closing);
    return all;
  }

  @Contract(families = Family.UNIX)
  void descriptorsThatNobodyTakesAreClosed(Rig rig) throws Exception {
    if (lacksDescriptors(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var taking = new Taking(1);
    DatagramSocket receiver = datagrams.bind(DatagramOptions.builder().maxDescriptors(4), taking);
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (int i = 0; i < 5; i++) {
      assertTrue(sender.send(ByteBuffer.allocate(1), pipes(rig, 10 * i, 4), receiver.local()));
    }
    rig.until("five", () -> taking.count() == 5);
    assertEquals(
        List.of(List.of(0), List.of(10), List.of(20), List.of(30), List.of(40)), taking.numbers);
  } // and the rig counts

  @Contract(families = Family.UNIX)
  void moreDescriptorsThanTheLimitAreLostAndThatIsTold(Rig rig) throws Exception {
    if (lacksDescriptors(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var none = new Taking(9);
    var three = new Taking(9);
    DatagramSocket accepting = datagrams.bind(DatagramOptions.builder().maxDescriptors(3), three);
    DatagramSocket refusing = datagrams.bind(none);
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(ByteBuffer.wrap(text("a")), pipes(rig, 1, 5), accepting.local());
    sender.send(ByteBuffer.wrap(text("b")), pipes(rig, 1, 3), accepting.local());
    sender.send(ByteBuffer.wrap(text("c")), pipes(rig, 1, 1), refusing.local());
    rig.until("all", () -> three.count() == 2 && none.count() == 1);
    assertEquals(List.of(List.of(1, 2, 3), List.of(1, 2, 3)), three.numbers);
    assertEquals(1, three.lost);
    assertEquals(List.of(List.of()), none.numbers);
    assertEquals(1, none.lost);
  }

  @Contract(families = Family.UNIX)
  void descriptorsAreHeldQueuedAndDroppedWithTheirDatagrams(Rig rig) throws Exception {
    if (lacksDescriptors(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var pausing =
        new Inbox() {
          final List<Integer> numbers = new ArrayList<>();

          @Override
          public void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception {
            super.onDatagram(socket, datagram);
            try (Descriptor next = datagram.takeDescriptor()) {
              numbers.add(next == null ? -1 : number(next));
            }
            if (numbers.size() % 4 == 1) {
              socket.pause();
            }
            if (numbers.size() == 14) {
              throw new IllegalStateException("on purpose");
            }
          }
        };
    DatagramSocket receiver = datagrams.bind(DatagramOptions.builder().maxDescriptors(1), pausing);
    var errors = new Inbox();
    DatagramSocket sender = datagrams.bind(errors);
    for (int i = 0; i < 40; i++) { // ten in the kernel, the rest in the queue
      assertTrue(sender.send(ByteBuffer.allocate(1), pipes(rig, i, 1), receiver.local()));
    }
    while (pausing.closed == 0) {
      rig.turns(2);
      receiver.resume();
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13), pausing.numbers);
    sender.abort();
    rig.turns(2);
  } // and the rig counts

  @Contract(families = Family.UNIX)
  void aDatagramTellsWhoSentIt(Rig rig) throws Exception {
    if (!rig.has(Feature.PEER_CREDENTIALS)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var seen = new ArrayList<PeerCredentials>();
    DatagramSocket receiver =
        datagrams.bind(
            DatagramOptions.builder().passCredentials(true).maxDescriptors(2),
            (s, d) -> {
              assertFalse(d.hasLostDescriptors()); // or it is not seen
              seen.add(java.util.Objects.requireNonNull(d.credentials()));
              for (Descriptor each; (each = d.takeDescriptor()) != null; ) {
                each.close();
              }
            });
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(text("x"), receiver.local());
    sender.send(ByteBuffer.wrap(text("y")), pipes(rig, 0, 2), receiver.local());
    rig.until("two", () -> seen.size() == 2);
    for (PeerCredentials each : seen) {
      assertEquals(ProcessHandle.current().pid(), each.pid());
      assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), (int) each.uid());
      assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:gid"), (int) each.gid());
    }
  }

  @Contract(families = Family.UNIX)
  void aPairIsAdopted(Rig rig) throws Exception {
    if (lacksDescriptors(rig)) {
      return;
    }
    int[] ends = new int[2];
    assertEquals(0, Socket.socketpair(Socket.AF_UNIX, Socket.SOCK_DGRAM, 0, ends));
    var backend = rig.loop().backend();
    var inbox = new Inbox();
    DatagramSocket one = rig.loop().adopt(backend.own(ends[0]), DatagramOptions.DEFAULT, inbox);
    DatagramSocket two =
        rig.loop()
            .adopt(backend.own(ends[1]), DatagramOptions.DEFAULT, (s, d) -> d.reply(d.bytes()));
    assertEquals(new Endpoint.Unnamed(), two.remote());
    one.send(text("there and back"));
    rig.until("an answer", () -> inbox.count() == 1);
    assertEquals(List.of("there and back"), inbox.texts());
    int[] stream = new int[2];
    assertEquals(0, Socket.socketpair(Socket.AF_UNIX, Socket.SOCK_STREAM, 0, stream));
    Descriptor wrong = rig.closing(backend.own(stream[0]));
    rig.closing(backend.own(stream[1]));
    assertThrows(
        IllegalArgumentException.class,
        () -> rig.loop().adopt(wrong, DatagramOptions.DEFAULT, new Inbox()));
    assertTrue(wrong.isOwned());
  }

  @Contract(families = Family.UNIX)
  void theSocketFileHasItsModeAndGoesWithTheSocket(Rig rig) throws Exception {
    if (DatagramRig.lacks(rig)) {
      return;
    }
    Path path = rig.name();
    var mode = PosixFilePermissions.fromString("rw--w--w-");
    var how =
        DatagramOptions.builder().socketFile(SocketFileOptions.DEFAULT.withMode(mode)).build();
    if (rig.mode == Mode.SELECT) {
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.loop().bind(Endpoint.unix(path), how, new Inbox()));
      return;
    }
    DatagramSocket socket = rig.loop().bind(Endpoint.unix(path), how, new Inbox());
    assertEquals(mode, Files.getPosixFilePermissions(path));
    socket.close();
    rig.until("it is gone", () -> !Files.exists(path));
    try (var left = Files.list(rig.directory())) {
      assertEquals(
          List.of(), left.filter(each -> each.toString().startsWith(path.toString())).toList());
    }
  }

  @Contract(families = Family.UNIX)
  void aLeftoverIsReplacedAndALiveSocketIsNot(Rig rig) throws Exception {
    if (DatagramRig.lacks(rig)) {
      return;
    }
    Path path = rig.name();
    int dead = Socket.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC, 0);
    var address =
        edgewise.linux.Sockaddr.allocate(java.lang.foreign.Arena.ofAuto())
            .unix(text(path.toString()));
    assertEquals(0, Socket.bind(dead, address));
    assertThrows(
        BindException.class, () -> rig.loop().bind(Endpoint.unix(path), new Inbox()), "it lives");
    File.close(dead);
    assertTrue(Files.exists(path));
    var inbox = new Inbox();
    DatagramSocket socket = rig.loop().bind(Endpoint.unix(path), inbox);
    new DatagramRig(rig).bind(new Inbox()).send(text("x"), socket.local());
    rig.until("it works", () -> inbox.count() == 1);
    Files.writeString(path.resolveSibling("file"), "no socket");
    assertThrows(
        BindException.class,
        () -> rig.loop().bind(Endpoint.unix(path.resolveSibling("file")), new Inbox()));
    rig.assertIdle(Duration.ofMillis(20));
  }
}
