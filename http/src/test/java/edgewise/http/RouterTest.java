package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which handler a request goes to, and what it is told of the path. */
class RouterTest {
  private final Router router =
      new Router()
          .get("/", q -> Response.text("root"))
          .get("/users", q -> Response.text("users"))
          .post("/users", q -> Response.text("new"))
          .get("/users/{id}", q -> Response.text("user " + q.pathValue("id")))
          .get("/users/me", q -> Response.text("me"))
          .route("DELETE", "/users/{id}", q -> Response.status(204))
          .get("/users/{name}/posts/{post}", RouterTest::post)
          .get("/users/me/{x}", q -> Response.text("my " + q.pathValue("x")))
          .get("/files/{rest...}", q -> Response.text("files " + q.pathValue("rest")))
          .get("/files/special/{x}", q -> Response.text("special " + q.pathValue("x")))
          .get("/caf\u00e9", q -> Response.text("coffee"))
          .any("/any", q -> Response.text("any " + q.method()))
          .route("PURGE", "/any", q -> Response.text("purged"));

  private final HttpRig rig = new HttpRig(router);

  private static Response post(Request request) {
    return Response.text("post " + request.pathValue("name") + " " + request.pathValue("post"));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Answers.Answer answer(String method, String target) {
    String octets = method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    return Answers.read(rig.exchange(octets), method.equals("HEAD")).only();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "/                    > root",
        "http://a             > root",
        "/?x=/users           > root",
        "/users               > users",
        "/users?x             > users",
        "/users/7             > user 7",
        "/users/me            > me",
        "/users/%6De          > me",
        "/users/a%2Fb         > user a/b",
        "/users/%20           > user ' '",
        "/users/%2565         > user %65",
        "/users/x/posts/y     > post x y",
        "/users/me/posts      > my posts",
        "/users/me/posts/1    > post me 1",
        "/files/              > files",
        "/files/a/b/          > files a/b/",
        "/files/special/q     > special q",
        "/files/special/q/r   > files special/q/r",
        "/files/special       > files special",
        "/caf%C3%A9           > coffee",
      })
  void aRequestGoesToTheMostFixedPattern(String target, String expected) {
    var answer = answer("GET", target);
    assertEquals(200, answer.status());
    assertEquals(expected.replace("'", "").strip(), answer.body().strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/user", "/users/", "//", "/users//posts/1", "/users/7/", "/files", "/USERS"})
  void aPathWithoutARouteIsNotFound(String target) {
    assertEquals(404, answer("GET", target).status());
  }

  @Test
  void aMethodWithoutAHandlerIsNotAllowedAndThoseWithOneAreNamed() {
    var answer = answer("PUT", "/users");
    assertEquals(405, answer.status());
    assertEquals("GET, POST, HEAD, OPTIONS", answer.fields().get("allow"));
    assertEquals("GET, DELETE, HEAD, OPTIONS", answer("POST", "/users/7").fields().get("allow"));
  }

  @Test
  void aMethodThatNobodyKnowsIsNotImplemented() {
    assertEquals(501, answer("FROB", "/users").status());
    assertEquals(501, answer("get", "/users").status(), "methods are case-sensitive");
    assertEquals(501, answer("CONNECT", "h:1").status());
  }

  @Test
  void headIsAnsweredByGet() {
    var answer = answer("HEAD", "/users");
    assertEquals("5", answer.fields().get("content-length"));
    assertEquals("", answer.body());
  }

  @Test
  void optionsIsAnsweredByTheRouter() {
    var answer = answer("OPTIONS", "/users");
    assertEquals(204, answer.status());
    assertEquals("GET, POST, HEAD, OPTIONS", answer.fields().get("allow"));
    assertEquals(204, answer("OPTIONS", "*").status());
  }

  @Test
  void anyTakesWhatNobodyElseDoes() {
    assertEquals("any POST", answer("POST", "/any").body());
    assertEquals("any FROB", answer("FROB", "/any").body());
    assertEquals("purged", answer("PURGE", "/any").body());
  }

  @Test
  void aPathValueThatIsNotUtf8IsABadRequest() {
    assertEquals(400, answer("GET", "/users/%FF").status());
    assertEquals(400, answer("GET", "/users/%C0%AF").status());
  }

  @Test
  void patternsThatCannotWorkAreRefused() {
    for (String bad : List.of("users", "/a{b}", "/{x...}/y", "/{}", "/{a}/{a}", "/users/{other}")) {
      assertThrows(
          IllegalArgumentException.class, () -> router.get(bad, q -> Response.text("")), bad);
    }
    var taken =
        assertThrows(
            IllegalArgumentException.class, () -> router.get("/users", q -> Response.text("")));
    assertTrue(taken.toString().contains("GET /users"));
  }
}
