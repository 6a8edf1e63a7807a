package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.examples.DnsMessage.Question;
import edgewise.examples.DnsMessage.Response;
import edgewise.examples.Resolve;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The resolver example with dnsmasq as its server, and with nobody. */
class ResolveTest {
  /** A running dnsmasq that knows some names below .test. */
  private record Dnsmasq(Process process, Endpoint address) implements AutoCloseable {
    static Dnsmasq start() throws IOException {
      int port;
      try (var free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      var command =
          new ArrayList<>(
              List.of(
                  String.valueOf(Programs.find("dnsmasq")),
                  "--no-daemon",
                  "--conf-file=/dev/null",
                  "--no-resolv",
                  "--no-hosts",
                  "--listen-address=127.0.0.1",
                  "--bind-interfaces",
                  "--port=" + port,
                  "--local=/test/",
                  "--host-record=one.test,192.0.2.1,2001:db8::1",
                  "--cname=alias.test,one.test",
                  "--mx-host=mail.test,one.test,10",
                  "--txt-record=text.test,hello,two words"));
      for (int i = 0; i < 20; i++) {
        command.add("--txt-record=many.test," + i + "-" + "x".repeat(100));
      }
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new Dnsmasq(process, Endpoint.loopback(port));
    }

    @Override
    public void close() {
      process.destroy();
      assertTrue(Rig.eventually(() -> !process.isAlive()), "dnsmasq has not ended");
    }
  }

  private record Outcome(@Nullable Response response, @Nullable Throwable failure) {
    List<String> answers() {
      assertNotNull(response, () -> "failed: " + failure);
      return response.answers().stream().map(Object::toString).toList();
    }
  }

  private static Outcome resolve(Rig rig, Endpoint server, String name, String type)
      throws IOException {
    var outcomes = new ArrayList<Outcome>();
    Resolve.resolve(
        rig.loop(),
        server,
        Question.of(name, type),
        (response, failure) -> outcomes.add(new Outcome(response, failure)));
    rig.until("an outcome", Duration.ofSeconds(20), () -> !outcomes.isEmpty());
    return outcomes.getFirst();
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  @Needs("dnsmasq")
  void dnsmasqAnswers(Rig rig) throws Exception {
    try (var dnsmasq = Dnsmasq.start()) {
      Endpoint at = dnsmasq.address;
      // It may still be starting; nobody at the port is told at once.
      Outcome first = resolve(rig, at, "one.test", "A");
      for (int i = 0; i < 1000 && first.failure instanceof ConnectException; i++) {
        rig.loop().turn(Duration.ofMillis(5));
        first = resolve(rig, at, "one.test", "A");
      }
      assertEquals(List.of("one.test 0 A 192.0.2.1"), first.answers());
      assertEquals(
          List.of("one.test 0 AAAA 2001:db8:0:0:0:0:0:1"),
          resolve(rig, at, "one.test", "AAAA").answers());
      assertEquals(
          List.of("alias.test 0 CNAME one.test", "one.test 0 A 192.0.2.1"),
          resolve(rig, at, "alias.test", "A").answers());
      assertEquals(
          List.of("mail.test 0 MX 10 one.test"), resolve(rig, at, "mail.test", "MX").answers());
      assertEquals(
          List.of("text.test 0 TXT \"hello\" \"two words\""),
          resolve(rig, at, "text.test", "TXT").answers());
      Outcome none = resolve(rig, at, "nothing.test", "A");
      assertEquals(List.of(), none.answers());
      assertEquals(3, none.response == null ? -1 : none.response.code(), "NXDOMAIN");
      // 2,000 bytes do not fit into 512: the answer comes over TCP.
      List<String> many = resolve(rig, at, "many.test", "TXT").answers();
      assertEquals(20, many.size());
      assertTrue(many.contains("many.test 0 TXT \"7-" + "x".repeat(100) + "\""), many.toString());
    }
    rig.turns(3);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aDeadServerIsNoticedAtOnce(Rig rig) throws Exception {
    Endpoint nobody = new DatagramRig(rig).nobody();
    long start = System.nanoTime();
    Outcome outcome = resolve(rig, nobody, "one.test", "A");
    assertNull(outcome.response);
    assertInstanceOf(ConnectException.class, outcome.failure);
    assertTrue(System.nanoTime() - start < 900_000_000L, "before the first retry");
  }

  /** The first query is lost, and so is its answer; a forged one comes before the right one. */
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void itAsksAgainAndIgnoresForgeries(Rig rig) throws Exception {
    var queries = new ArrayList<byte[]>();
    DatagramSocket server =
        new DatagramRig(rig)
            .bind((s, d) -> {
              queries.add(Inbox.bytes(d.bytes()));
              if (queries.size() == 2) {
                d.reply(answer(d.bytes(), 1));
                d.reply(answer(d.bytes(), 0));
              }
            });
    long start = System.nanoTime();
    Outcome outcome = resolve(rig, server.local(), "one.test", "A");
    assertTrue(System.nanoTime() - start > 900_000_000L, "after a second");
    assertEquals(List.of("one.test 60 A 192.0.2.9"), outcome.answers());
    assertEquals(2, queries.size());
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aNameThatIsNoneOpensNoSocket(Rig rig) throws Exception {
    Endpoint server = new DatagramRig(rig).nobody();
    Question question = Question.of("a..b", "A");
    int before = Descriptors.open().size();
    assertThrows(
        IllegalArgumentException.class,
        () -> Resolve.resolve(rig.loop(), server, question, (response, failure) -> {}));
    assertEquals(before, Descriptors.open().size());
  }

  private static ByteBuffer answer(ByteBuffer query, int idOff) {
    byte[] question = Inbox.bytes(query);
    ByteBuffer answer = ByteBuffer.allocate(question.length + 16).put(question);
    answer.putShort(0, (short) (query.getShort(0) + idOff)).putShort(2, (short) 0x8180);
    answer.putShort(6, (short) 1).putShort((short) 0xc00c).putShort((short) 1).putShort((short) 1);
    return answer.putInt(60).putShort((short) 4).putInt(0xc0000209).flip();
  }
}
