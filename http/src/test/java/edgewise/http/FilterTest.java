package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is around handlers of any kind. */
class FilterTest extends OneServer {
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
    assertEquals("200", server.answer(get("/inline")).fields().get("x-status"));
    assertEquals("200", server.answer(get("/async")).fields().get("x-status"));
    assertEquals("404", server.answer(get("/none")).fields().get("x-status"));
    assertEquals("418", server.answer(get("/fails")).fields().get("x-status"));
    assertEquals("405", server.answer(post("/async", "x")).fields().get("x-status"));
    Answers.Answer inline = server.answer(post("/inline", "body"));
    assertEquals("200", inline.fields().get("x-status"));
    assertEquals("body", inline.body());
    Answers.Answer blocking = server.answer(post("/blocking", "body"));
    assertEquals("200", blocking.fields().get("x-status"));
    assertEquals("body", blocking.body());
    assertEquals("200", server.answer(get("/output")).fields().get("x-status"));
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  private static String post(String path, String body) {
    return "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, body.length(), body);
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
    assertEquals("inner, outer", server.answer(GET).fields().get("x-order"));
  }
}
