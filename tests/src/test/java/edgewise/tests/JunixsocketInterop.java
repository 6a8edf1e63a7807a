package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.PeerCredentials;
import edgewise.linux.Unistd;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.AFUNIXSocketChannel;

/**
 * AF_UNIX with junixsocket at the other end: streams, and what jnr-unixsocket and the JDK lack,
 * which is passing descriptors, abstract names and, in jnr-unixsocket's server, who is there.
 */
class JunixsocketInterop extends StreamInterop {
  /** Of more than 60 it says ENOBUFS, and leaves 60 open, whatever room it is given. */
  private static final int MOST = 50;

  /** Its channel: on JDK 25 its socket's shutdownOutput says "Socket is not connected". */
  private record Channel(AFUNIXSocketChannel socket) implements Foreign {
    @Override
    public int read(byte[] into) throws IOException {
      return socket.read(ByteBuffer.wrap(into));
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(from, offset, length);
      while (rest.hasRemaining()) {
        socket.write(rest);
      }
    }

    @Override
    public void shutdownOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private record Server(AFUNIXServerSocketChannel socket) implements ForeignServer {
    @Override
    public Foreign accept() throws IOException {
      return new Channel(socket.accept());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  Foreign connect(Path path) throws IOException {
    return new Channel(AFUNIXSocketChannel.open(AFUNIXSocketAddress.of(path)));
  }

  @Override
  ForeignServer listen(Path path) throws IOException {
    AFUNIXServerSocketChannel server = AFUNIXServerSocketChannel.open();
    server.bind(AFUNIXSocketAddress.of(path));
    return new Server(server);
  }

  private interface NewHandler<T> {
    T make() throws Exception;
  }

  private interface Talk {
    void with(AFUNIXSocket socket) throws Exception;
  }

  private interface Check<T> {
    void of(T handler) throws Exception;
  }

  /** A conversation over abstract names, once with junixsocket as the client, once the server. */
  private static <T extends Recorder> void talk(
      Rig rig, ConnectionOptions how, NewHandler<T> handler, Talk theirs, Check<T> check)
      throws Exception {
    for (String role : new String[] {"connect", "listen"}) {
      String name = "edgewise-" + role + ProcessHandle.current().pid();
      var address = AFUNIXSocketAddress.inAbstractNamespace(name);
      Endpoint endpoint = Endpoint.abstractName(name);
      T ours = handler.make();
      CompletableFuture<Boolean> talking;
      if (role.equals("connect")) {
        var options = ListenOptions.DEFAULT.withConnections(how);
        rig.closing(rig.loop().listen(endpoint, options, connection -> ours));
        talking = rig.aside(() -> converse(AFUNIXSocket.connectTo(address), theirs));
      } else {
        AFUNIXServerSocket server = rig.closing(AFUNIXServerSocket.bindOn(address));
        talking = rig.aside(() -> converse(server.accept(), theirs));
        rig.loop().connect(endpoint, how, ours);
      }
      assertEquals(true, rig.await(talking));
      rig.until("closed", () -> ours.has("close"));
      assertNull(ours.cause);
      check.of(ours);
    }
  }

  private static boolean converse(AFUNIXSocket socket, Talk theirs) throws Exception {
    try (socket) {
      socket.setSoTimeout(10_000);
      theirs.with(socket);
      return true;
    }
  }

  private static String read(AFUNIXSocket socket) throws IOException {
    byte[] into = new byte[100];
    int count = socket.getInputStream().read(into);
    return new String(into, 0, Math.max(count, 0), StandardCharsets.US_ASCII);
  }

  private static void write(AFUNIXSocket socket, String text, FileDescriptor... passed)
      throws IOException {
    socket.setOutboundFileDescriptors(passed);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void itsDescriptorsAreUsedHere(Rig rig) throws Exception {
    Path directory = Files.createDirectory(rig.name());
    talk(
        rig,
        ConnectionOptions.builder().maxDescriptors(Passed.MANY).build(),
        Passed.Taker::new,
        socket -> gives(socket, directory),
        Passed.Taker::assertAllSeen);
  }

  private static void gives(AFUNIXSocket socket, Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), Passed.IN_FILE);
    Path written = directory.resolve("written");
    Path writtenToo = directory.resolve("writtenToo");
    try (var in = new FileInputStream(file.toFile());
        var out = new FileOutputStream(written.toFile());
        var outToo = new FileOutputStream(writtenToo.toFile())) {
      write(socket, "four", out.getFD(), in.getFD(), outToo.getFD(), in.getFD());
    }
    givesMany(socket, directory);
    assertEquals(Passed.TO_PIPE, Files.readString(written));
    assertEquals(Passed.TO_SOCKET, Files.readString(writtenToo));
  }

  private static void givesMany(AFUNIXSocket socket, Path directory) throws Exception {
    var many = new ArrayList<FileInputStream>();
    var numbers = new ArrayList<FileDescriptor>();
    for (int i = 0; i < Passed.MANY; i++) {
      Path file = Files.writeString(directory.resolve("file" + i), Integer.toString(i));
      many.add(new FileInputStream(file.toFile()));
      numbers.add(many.getLast().getFD());
    }
    write(socket, "!", numbers.toArray(FileDescriptor[]::new));
    for (FileInputStream each : many) {
      each.close();
    }
    assertEquals("253 right", read(socket));
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void ourDescriptorsAreUsedByIt(Rig rig) throws Exception {
    talk(
        rig,
        ConnectionOptions.DEFAULT,
        () -> new Passed.Giver(rig, MOST),
        JunixsocketInterop::takes,
        Passed.Giver::assertUsed);
  }

  private static void takes(AFUNIXSocket socket) throws Exception {
    socket.setAncillaryReceiveBufferSize(2048);
    assertEquals("three", read(socket));
    FileDescriptor[] three = socket.getReceivedFileDescriptors();
    assertEquals(3, three.length);
    try (var pipe = new FileOutputStream(three[0]);
        var file = new FileInputStream(three[1]);
        var other = new FileOutputStream(three[2])) {
      pipe.write(Passed.TO_PIPE.getBytes(StandardCharsets.US_ASCII));
      assertEquals(Passed.IN_FILE, new String(file.readAllBytes(), StandardCharsets.US_ASCII));
      other.write(Passed.TO_SOCKET.getBytes(StandardCharsets.US_ASCII));
    }
    assertEquals("!", read(socket));
    FileDescriptor[] many = socket.getReceivedFileDescriptors();
    assertEquals(MOST, many.length);
    for (int i = 0; i < MOST; i++) {
      try (var eventfd = new FileInputStream(many[i])) {
        byte[] number = eventfd.readNBytes(Long.BYTES);
        assertEquals(i + 1, ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).getLong());
      }
    }
  }

  private static final class Witness extends Recorder {
    private @org.jspecify.annotations.Nullable PeerCredentials peer;

    @Override
    void opened(Connection c) throws IOException {
      peer = c.peerCredentials();
      c.write(new byte[] {1});
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void eachSideKnowsWhoTheOtherIs(Rig rig) throws Exception {
    int us = (int) ProcessHandle.current().pid();
    var expected = new PeerCredentials(us, Unistd.geteuid(), Unistd.getegid());
    talk(
        rig,
        ConnectionOptions.DEFAULT,
        Witness::new,
        socket -> {
          read(socket);
          assertEquals(us, socket.getPeerCredentials().getPid());
          assertEquals(Unistd.geteuid(), socket.getPeerCredentials().getUid());
          assertEquals(Unistd.getegid(), socket.getPeerCredentials().getGid());
        },
        witness -> assertEquals(expected, witness.peer));
  }
}
