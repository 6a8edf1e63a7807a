package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.PeerCredentials;
import edgewise.SocketType;
import edgewise.linux.Unistd;
import edgewise.spi.Backend.Feature;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * AF_UNIX with Python's socket module at the other end, in {@code unix.py}: each conversation once
 * with Python as the client and once as the server.
 */
@Needs("python3")
class PythonInterop {
  private interface NewHandler {
    Recorder make() throws Exception;
  }

  private interface Check {
    void of(Recorder handler) throws Exception;
  }

  private static ConnectionOptions.Builder options(SocketType type) {
    return ConnectionOptions.builder().type(type);
  }

  /** One conversation, both ways round; Python says ok, and the connection has closed well. */
  private static void talk(
      Rig rig, String scenario, ConnectionOptions how, NewHandler handler, Check check)
      throws Exception {
    Path script = rig.directory().resolve("unix.py");
    try (var source = Objects.requireNonNull(PythonInterop.class.getResourceAsStream("unix.py"))) {
      Files.copy(source, script);
    }
    for (String role : List.of("connect", "listen")) {
      Path path = rig.name();
      Recorder ours = handler.make();
      var listener =
          role.equals("listen")
              ? null
              : rig.loop()
                  .listen(
                      Endpoint.unix(path),
                      ListenOptions.DEFAULT.withConnections(how),
                      connection -> ours);
      var python =
          rig.aside(() ->
              Programs.run(
                  "python3", script.toString(), scenario, role, how.type().name(), "" + path));
      if (listener == null) {
        rig.until("it listens", () -> Files.exists(path) || python.isDone());
        rig.loop().connect(Endpoint.unix(path), how, ours);
      }
      rig.until(
          "Python is done", Duration.ofSeconds(40), () -> python.isDone() || ours.cause != null);
      assertNull(ours.cause);
      assertEquals("ok\n", rig.await(python).assertOk().text());
      rig.until("closed", () -> ours.has("close"));
      assertNull(ours.cause);
      check.of(ours);
      if (listener != null) {
        listener.close();
      }
    }
    Files.delete(script);
  }

  @Contract(families = Family.UNIX)
  void bytesComeBackAndThenTheEnd(Rig rig) throws Exception {
    talk(
        rig,
        "echo",
        options(SocketType.STREAM).build(),
        StreamInterop.Echo::new,
        handler -> assertEquals(1, handler.count("end")));
  }

  @Contract(families = Family.UNIX)
  void afterOurEndPythonsBytesStillCome(Rig rig) throws Exception {
    talk(
        rig,
        "goes_on",
        options(SocketType.STREAM).build(),
        () ->
            new Recorder() {
              @Override
              void opened(Connection c) {
                c.write("first".getBytes(StandardCharsets.US_ASCII));
                c.shutdownOutput();
              }
            },
        handler -> assertEquals(400_000, handler.received()));
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void messagesComeBackWholeEmptyOnesToo(Rig rig) throws Exception {
    talk(
        rig,
        "messages",
        options(SocketType.SEQPACKET).build(),
        () ->
            new StreamInterop.Echo() {
              @Override
              void ended(Connection c) {
                for (String last : List.of("one", "", "two")) {
                  c.write(last.getBytes(StandardCharsets.US_ASCII));
                }
                c.close();
              }
            },
        handler -> assertEquals(9, handler.dataCalls));
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void descriptorsOfPythonAreUsedHere(Rig rig) throws Exception {
    for (SocketType type : SocketType.values()) {
      talk(
          rig,
          "gives",
          options(type).maxDescriptors(Passed.MANY).build(),
          Passed.Taker::new,
          handler -> ((Passed.Taker) handler).assertAllSeen());
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void ourDescriptorsAreUsedByPython(Rig rig) throws Exception {
    for (SocketType type : SocketType.values()) {
      talk(
          rig,
          "takes",
          options(type).build(),
          () -> new Passed.Giver(rig, Passed.MANY),
          handler -> ((Passed.Giver) handler).assertUsed());
    }
  }

  /** Every line names the process that has sent it; some bring two descriptors. */
  private static final class Witness extends Recorder {
    private long us;
    private boolean others;
    private int descriptors;

    @Override
    void data(Connection c, ByteBuffer in) throws Exception {
      PeerCredentials sender = Objects.requireNonNull(c.senderCredentials());
      int start = received();
      take(in);
      for (String line : text().substring(start).split("\n", -1)) {
        if (!line.isEmpty()) {
          check(c, sender, line.split(" ", -1));
        }
      }
      try (var each = c.takeDescriptor()) {
        descriptors += each == null ? 0 : 1;
      }
      try (var each = c.takeDescriptor()) {
        descriptors += each == null ? 0 : 1;
      }
    }

    private void check(Connection c, PeerCredentials sender, String[] words) throws Exception {
      var named =
          new PeerCredentials(
              Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
      assertEquals(named, sender);
      others |= !sender.equals(c.peerCredentials());
      if (words[3].equals("who")) {
        us = ProcessHandle.current().pid();
        String answer = us + " " + Unistd.geteuid() + " " + Unistd.getegid();
        c.write(answer.getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void eachSideKnowsWhoHasSentWhat(Rig rig) throws Exception {
    assertTrue(rig.has(Feature.PEER_CREDENTIALS));
    for (SocketType type : SocketType.values()) {
      talk(
          rig,
          "credentials",
          options(type).passCredentials(true).maxDescriptors(2).build(),
          Witness::new,
          handler -> {
            var witness = (Witness) handler;
            assertTrue(witness.us > 0 && witness.others);
            assertEquals(100, witness.descriptors);
          });
    }
  }
}
