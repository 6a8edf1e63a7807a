package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers that answer later, and what is around handlers of any kind. */
class LaterTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

  private final List<CompletableFuture<Response>> answers = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private @Nullable HttpRig rig;

  private HttpRig serve(HttpHandler handler) {
    rig = new HttpRig(handler);
    return rig;
  }

  private HttpRig serveLater() {
    return serve(
        new Router()
            .any(
                "/",
                HttpHandler.async(q -> {
                  requests.add(q);
                  answers.add(new CompletableFuture<>());
                  return answers.getLast();
                }))
            .get("/next", q -> Response.text("next")));
  }

  @AfterEach
  void close() {
    Objects.requireNonNull(rig).close();
  }

  @Test
  void anAnswerMayComeFromAnyThreadAndTheNextRequestWaitsForIt() throws Exception {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    server.run();
    assertEquals("", client.received());
    Thread.ofPlatform().start(() -> answers.getFirst().complete(Response.text("later"))).join();
    server.run();
    List<Answers.Answer> all = Answers.read(client.received(), false).all();
    assertEquals(List.of("later", "next"), all.stream().map(Answers.Answer::body).toList());
  }

  @Test
  void theRequestStaysAsItIsUntilTheAnswerHasCome() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send("POST /?q=1 HTTP/1.1\r\nHost: a\r\nX-A: b\r\nContent-Length: 4\r\n\r\nbody");
    server.run();
    // Another request goes through the same receive buffer meanwhile.
    server.exchange("GET /next HTTP/1.1\r\nHost: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n\r\n");
    Request request = requests.getFirst();
    assertEquals("/?q=1", request.target());
    assertEquals("b", request.header("x-a"));
    assertEquals("body", request.bodyText());
    answers.getFirst().complete(Response.text("done"));
    server.run();
    assertEquals("done", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aFailureOfAnAnswerIsHandledLikeAnException() {
    HttpRig server = serveLater();
    MemorySocket told = server.connect();
    MemorySocket secret = server.connect();
    MemorySocket wrapped = server.connect();
    told.send(GET);
    server.run();
    secret.send(GET);
    server.run();
    wrapped.send(GET);
    server.run();
    answers.get(0).completeExceptionally(new StatusException(409, "taken"));
    answers.get(1).completeExceptionally(new IllegalStateException("secret"));
    answers.get(2).completeExceptionally(new CompletionException(new StatusException(410, "gone")));
    server.run();
    assertEquals("taken\n", Answers.read(told.received(), false).only().body());
    assertEquals(500, Answers.read(secret.received(), false).only().status());
    assertFalse(secret.received().contains("secret"));
    assertEquals(410, Answers.read(wrapped.received(), false).only().status());
  }

  @Test
  void anAnswerForAClientThatIsGoneIsLetGo() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    server.loop.stop(Duration.ZERO); // closes all connections
    server.run();
    var closed = new ArrayList<@Nullable Throwable>();
    answers.getFirst().complete(Response.stream("text/plain", closing(closed)));
    assertEquals(1, closed.size(), "the source is closed although it never began");
  }

  @Test
  void whoeverWorksOnAnAnswerLearnsThatNobodyWaitsForIt() {
    var gone = new ArrayList<String>();
    HttpRig server =
        serve(q -> {
          q.whenGone(() -> gone.add(q.path()));
          answers.add(new CompletableFuture<>());
          return Response.async(answers.getLast());
        });
    MemorySocket answered = server.connect();
    answered.send("GET /answered HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    answers.getFirst().complete(Response.text("x"));
    server.run();
    answered.end();
    server.run();
    assertTrue(answered.closed);
    MemorySocket waiting = server.connect();
    waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    server.loop.stop(Duration.ZERO); // cuts off who is still there
    server.run();
    assertEquals(List.of("/waiting"), gone);
  }

  private static BodySource closing(List<@Nullable Throwable> closed) {
    return new BodySource() {
      @Override
      public void produce(BodyWriter out) {
        out.end();
      }

      @Override
      public void close(@Nullable Throwable cause) {
        closed.add(cause);
      }
    };
  }

  @Test
  void aHalfClosedClientStillGetsAnAnswerThatComesLater() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET);
    client.end();
    server.run();
    server.pass(Duration.ofMinutes(2));
    assertFalse(client.isEnded());
    answers.getFirst().complete(Response.text("late"));
    server.run();
    assertEquals("late", Answers.read(client.received(), false).only().body());
    assertTrue(client.closed);
  }

  @Test
  void aLateAnswerNeverReachesAnotherRequest() {
    // What the first request held is free for the second, but not the answer to the first.
    HttpRig server =
        serve(
            HttpHandler.streaming(q -> {
              answers.add(new CompletableFuture<>());
              return q.method().equals("POST")
                  ? Response.receiving(new Ignoring(), answers.getLast())
                  : Response.async(answers.getLast());
            }));
    MemorySocket refused = server.connect();
    refused.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz");
    server.run();
    assertEquals(400, Answers.read(refused.received(), false).only().status());
    MemorySocket other = server.connect();
    other.send(GET);
    server.run();
    answers.get(0).complete(Response.text("for the first"));
    server.run();
    assertEquals("", other.received());
    answers.get(1).complete(Response.text("for the second"));
    server.run();
    assertEquals("for the second", Answers.read(other.received(), false).only().body());
    assertEquals(400, Answers.read(refused.received(), false).only().status());
  }

  private static final class Ignoring implements BodyReceiver {
    @Override
    public void receive(ByteBuffer part) {}

    @Override
    public void end(List<Response.Field> trailers) {}
  }

  @Test
  void stagesMayFollowOnStages() {
    var second = new CompletableFuture<Response>();
    HttpRig server =
        serve(q -> Response.async(CompletableFuture.completedFuture(Response.async(second))));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    second.complete(Response.async(CompletableFuture.completedFuture(Response.text("third"))));
    server.run();
    assertEquals("third", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aResponseThatIsNotKnownTellsNothing() {
    serve(q -> Response.text("x"));
    Response later = Response.async(new CompletableFuture<>());
    assertThrows(IllegalStateException.class, later::status);
    assertThrows(IllegalStateException.class, later::fields);
    assertThrows(IllegalStateException.class, () -> later.header("Date"));
  }

  // --- filters

  @Test
  void aFilterSeesTheResponseOfEveryKindOfHandler() {
    HttpFilter mark = (q, next) -> next.handle(q).map(r -> r.header("X-Status", "" + r.status()));
    HttpRig server =
        serve(
            mark.around(
                new Router()
                    .get("/inline", q -> Response.text("a"))
                    .post("/inline", q -> Response.text(q.bodyText()))
                    .get(
                        "/async",
                        HttpHandler.async(
                            q -> CompletableFuture.completedFuture(Response.text("b"))))
                    .post("/blocking", HttpHandler.blocking(q -> Response.text(q.bodyText())))
                    .get("/output", q -> Response.output("text/plain", out -> out.write('c')))
                    .get(
                        "/fails",
                        q -> {
                          throw new StatusException(418, "teapot");
                        })));
    assertEquals("200", only(server, get("/inline")).fields().get("x-status"));
    assertEquals("200", only(server, get("/async")).fields().get("x-status"));
    assertEquals("404", only(server, get("/none")).fields().get("x-status"));
    assertEquals("418", only(server, get("/fails")).fields().get("x-status"));
    assertEquals("405", only(server, post("/async", "x")).fields().get("x-status"));
    Answers.Answer inline = only(server, post("/inline", "body"));
    assertEquals("200", inline.fields().get("x-status"));
    assertEquals("body", inline.body());
    Answers.Answer blocking = only(server, post("/blocking", "body"));
    assertEquals("200", blocking.fields().get("x-status"));
    assertEquals("body", blocking.body());
    assertEquals("200", only(server, get("/output")).fields().get("x-status"));
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  private static String post(String path, String body) {
    return "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, body.length(), body);
  }

  private static Answers.Answer only(HttpRig server, String request) {
    MemorySocket client = server.connect();
    client.send(request);
    server.await("an answer", () -> client.receivedBytes() > 0);
    return Answers.read(client.received(), false).only();
  }

  @Test
  void aFilterMayAnswerBeforeTheBodyHasCome() {
    var called = new ArrayList<String>();
    HttpFilter refuse = (q, next) -> Response.error(401).closing();
    HttpRig server =
        serve(
            refuse.around(q -> {
              called.add(q.path());
              return Response.text("x");
            }));
    MemorySocket client = server.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    assertEquals(401, Answers.read(client.received(), false).only().status());
    assertEquals(List.of(), called);
  }

  @Test
  void filtersNest() {
    HttpFilter inner = (q, next) -> next.handle(q).map(r -> r.header("X-Order", "inner"));
    HttpFilter outer = (q, next) -> next.handle(q).map(r -> r.header("X-Order", "outer"));
    HttpRig server = serve(outer.around(inner.around(q -> Response.text("x"))));
    assertEquals("inner, outer", only(server, GET).fields().get("x-order"));
  }

  // --- hosts

  @Test
  void aHostIsChosenByNameThenByTheLongestWildcardThenTheFallback() {
    var hosts =
        new Hosts()
            .host("example.org", q -> Response.text("exact"))
            .host("*.example.org", q -> Response.text("below"))
            .host("*.deep.example.org", q -> Response.text("deep"));
    HttpRig server = serve(hosts);
    assertEquals("exact", only(server, host("example.org")).body());
    assertEquals("exact", only(server, host("EXAMPLE.org.:8080")).body());
    assertEquals("below", only(server, host("a.b.example.org")).body());
    assertEquals("deep", only(server, host("a.deep.example.org:1")).body());
    assertEquals(421, only(server, host("example.com")).status());
    assertEquals(421, only(server, host("[::1]:80")).status());
    assertEquals(
        "exact",
        only(server, "GET http://example.org/ HTTP/1.1\r\nHost: example.com\r\n\r\n").body(),
        "the target outranks the field");
    hosts.fallback(q -> Response.text("any"));
    assertEquals("any", only(server, "GET / HTTP/1.0\r\n\r\n").body());
    assertThrows(IllegalArgumentException.class, () -> hosts.host("a:80", q -> Response.text("")));
    assertThrows(
        IllegalArgumentException.class, () -> hosts.host("EXAMPLE.ORG", q -> Response.text("")));
  }

  private static String host(String host) {
    return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }

  // --- interim responses and upgrades

  @Test
  void interimResponsesComeBeforeTheFinalOneAndNotToHttp10() {
    HttpRig server =
        serve(q -> {
          q.interim(103, new Response.Field("Link", "</a.css>; rel=preload"));
          return Response.text("x");
        });
    String received = server.exchange(GET);
    assertTrue(
        received.startsWith(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200"),
        received);
    assertTrue(server.exchange("GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 200"));
  }

  @Test
  void anUpgradeHandsOverTheConnectionWithWhatHasCome() {
    HttpRig server =
        serve(q ->
            Response.upgrade(
                    "echo",
                    connection ->
                        (c, in) -> {
                          c.write(in);
                        })
                .header("X-A", "b"));
    MemorySocket client = server.connect();
    client.send(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Upgrade\r\nUpgrade: no, Echo\r\n\r\nfirst");
    server.run();
    int end = client.received().indexOf("\r\n\r\n") + 4;
    String head = client.received().substring(0, end);
    assertTrue(head.startsWith("HTTP/1.1 101 Switching Protocols\r\n"), head);
    assertTrue(head.contains("\r\nUpgrade: echo\r\n"), head);
    assertTrue(head.contains("\r\nConnection: Upgrade\r\n"), head);
    assertTrue(head.contains("\r\nX-A: b\r\n"), head);
    assertFalse(head.contains("Content-Length"), head);
    client.send(" second");
    server.run();
    assertEquals("first second", client.received().substring(end));
    client.end();
    server.run();
    assertTrue(client.closed);
  }

  @Test
  void whoDoesNotAskForTheProtocolIsToldToUpgrade() {
    HttpRig server = serve(q -> Response.upgrade("echo", connection -> (c, in) -> c.write(in)));
    Answers.Answer answer = only(server, GET);
    assertEquals(426, answer.status());
    assertEquals("echo", answer.fields().get("upgrade"));
    assertEquals("Upgrade", answer.fields().get("connection"));
    String old = "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    assertEquals(426, only(server, old).status(), "HTTP/1.0 does not know it");
  }

  // --- too many connections

  @Test
  void aClientHasOnlySoManyConnections() throws Exception {
    rig =
        new HttpRig(
            q -> Response.text("x"), HttpLimits.builder().maxConnectionsPerClient(2).build());
    HttpRig server = rig;
    List<MemorySocket> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      MemorySocket client = server.connectFrom("192.0.2.1");
      open.add(client);
    }
    MemorySocket other = server.connectFrom("192.0.2.2");
    MemorySocket loopback = server.connectFrom("127.0.0.1");
    assertEquals(503, Answers.read(open.get(2).received(), false).only().status());
    assertTrue(open.get(2).isEnded());
    assertEquals("", open.get(0).received() + other.received() + loopback.received());
    open.get(0).end();
    open.get(2).end();
    server.run();
    MemorySocket again = server.connectFrom("192.0.2.1");
    again.send(GET);
    server.run();
    assertEquals(200, Answers.read(again.received(), false).only().status());
    // One IPv6 host has a whole subnet.
    server.connectFrom("2001:db8::1");
    server.connectFrom("2001:db8::2");
    assertTrue(server.connectFrom("2001:db8::3").isEnded());
    assertFalse(server.connectFrom("2001:db8:0:1::3").isEnded());
    for (int i = 0; i < 5; i++) {
      assertFalse(server.connectFrom("127.0.0.1").isEnded(), "proxies are there");
    }
  }
}
