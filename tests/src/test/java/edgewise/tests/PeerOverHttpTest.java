package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpHandler;
import edgewise.http.HttpServer;
import edgewise.http.Request;
import edgewise.http.Response;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who the client of a request is. */
class PeerOverHttpTest {
  @TempDir Path scratch;

  private static Response who(Request request) throws IOException {
    try {
      return Response.text("pid " + request.peerCredentials().pid());
    } catch (IOException e) {
      return Response.text("nobody");
    } catch (UnsupportedOperationException e) {
      return Response.text("unsupported");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "SELECT"})
  void everyKindOfHandlerKnowsTheClientOfAUnixSocket(Mode mode) throws Exception {
    var options = LoopOptions.builder().backend(mode.backendName).build();
    Path path = scratch.resolve("s");
    try (var reactor = Reactor.open(1, options);
        var server =
            HttpServer.builder()
                .reactor(reactor)
                .get("/inline", PeerOverHttpTest::who)
                .get("/blocking", HttpHandler.blocking(PeerOverHttpTest::who))
                .listen(Endpoint.unix(path))
                .listen(Endpoint.loopback(0))
                .start()) {
      String expected =
          mode == Mode.SELECT ? "unsupported" : "pid " + ProcessHandle.current().pid();
      for (String kind : new String[] {"/inline", "/blocking"}) {
        assertEquals(expected, ask(Peer.dial(UnixDomainSocketAddress.of(path)), kind));
        Peer tcp = Peer.dial(Rig.address(server.endpoints().get(1)));
        assertEquals(mode == Mode.SELECT ? "unsupported" : "nobody", ask(tcp, kind));
      }
    }
  }

  private static String ask(Peer peer, String path) throws IOException {
    try (peer) {
      peer.write("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      String answer = new String(peer.readAll(), java.nio.charset.StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }
}
