package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.http.SetCookie.SameSite;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cookies that come, and cookies that are set. */
class CookiesTest {
  private static String shown(Cookies cookies) {
    var text = new StringBuilder();
    for (String name : cookies.names()) {
      text.append(name).append(cookies.all(name));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "SID=31d4d96e; lang=en-US    > SID[31d4d96e]lang[en-US]",
        "a=1;b=2                     > a[1]b[2]",
        "a=1; b=2; a=3               > a[1, 3]b[2]",
        "a=1; A=2                    > a[1]A[2]",
        "a=                          > a[]",
        "a=b=c==                     > a[b=c==]",
        "a=\"x y\"                   > a[\"x y\"]",
        "a=\"x                       > a[\"x]",
        "a = b ;\tc\t=\td\t          > a[b]c[d]",
        ";; a=b; ;                   > a[b]",
        "alone                       > [alone]",
        "=a                          > [a]",
        "a,b=c d,e                   > a,b[c d,e]",
        "a=\u00c3\u00bc              > a[\u00c3\u00bc]",
      })
  void whatABrowserMaySendIsTaken(String field, String expected) {
    assertEquals(expected, shown(Cookies.parse(List.of(field.strip()))));
  }

  /** CVE-2023-26049. */
  @Test
  void quotesDoNotHideTheNextCookie() {
    Cookies cookies = Cookies.parse(List.of("LANG=\"b; JSESSIONID=1337; c=d\""));
    assertEquals("1337", cookies.first("JSESSIONID"));
    assertEquals("\"b", cookies.first("LANG"));
  }

  @Test
  void severalFieldsAreOneList() {
    assertEquals("a[1, 3]b[2]", shown(Cookies.parse(List.of("a=1; b=2", "a=3"))));
    assertTrue(Cookies.parse(List.of()).isEmpty());
    assertNull(Cookies.parse(List.of("a=1")).first("b"));
  }

  @Test
  void aRequestHasThem() {
    var seen = new StringBuilder();
    try (var rig =
        new HttpRig(request -> {
          seen.append(shown(Cookies.of(request)));
          return Response.status(204);
        })) {
      rig.exchange("GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n");
    }
    assertEquals("a[1]b[2]", seen.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=\0", "a=b\n", "a\r=b", "x=y; a=\u007f", "a=\u001b[0m"})
  void controlCharactersAreRefused(String field) {
    var refused = assertThrows(StatusException.class, () -> Cookies.parse(List.of(field)));
    assertEquals(400, refused.status());
    String reason = String.valueOf(refused.getMessage());
    assertTrue(reason.startsWith("the cookie 'a"), reason);
    assertTrue(reason.chars().noneMatch(Character::isISOControl), reason);
  }

  @Test
  void theirNumberIsLimited() {
    String most = "a=b; ".repeat(Cookies.MAX_COUNT);
    assertEquals(200, Cookies.parse(List.of(most)).all("a").size());
    var fields = List.of(most, "a=b");
    assertEquals(431, assertThrows(StatusException.class, () -> Cookies.parse(fields)).status());
  }

  @Test
  void aSetCookieSaysWhatWasSet() {
    assertEquals("a=b", SetCookie.builder("a", "b").build().fieldValue());
    assertEquals(
        "a=\"b\"; Domain=example.com; Path=/x; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT;"
            + " Secure; HttpOnly; SameSite=None; Partitioned",
        SetCookie.builder("a", "\"b\"")
            .domain("example.com")
            .path("/x")
            .maxAge(Duration.ofMillis(60_500))
            .expires(Instant.ofEpochSecond(784111777))
            .secure()
            .httpOnly()
            .sameSite(SameSite.NONE)
            .partitioned()
            .build()
            .fieldValue());
    var deletion = SetCookie.builder("a", "").maxAge(Duration.ZERO).sameSite(SameSite.STRICT);
    assertEquals("a=; Max-Age=0; SameSite=Strict", deletion.build().fieldValue());
  }

  @Test
  void aSetCookieCanBeSent() {
    var cookie = SetCookie.builder("a", "b").path("/").sameSite(SameSite.LAX).build();
    Response response = Response.status(204).header("Set-Cookie", cookie.fieldValue());
    assertEquals("a=b; Path=/; SameSite=Lax", response.header("set-cookie"));
    assertEquals("SetCookie[a]", cookie.toString(), "the value stays out of logs");
  }

  private static void isRefused(SetCookie.Builder builder, String why) {
    var refused = assertThrows(IllegalArgumentException.class, builder::build);
    String reason = String.valueOf(refused.getMessage());
    assertTrue(reason.contains(why), reason);
    assertTrue(reason.chars().noneMatch(Character::isISOControl), reason);
  }

  @Test
  void nothingCanBeSmuggledIntoASetCookie() {
    for (String name : List.of("", "a b", "a=", "a;", "a\r\nX: y", "\u00fc", "a\"", "\u012b")) {
      isRefused(SetCookie.builder(name, "b"), "name");
    }
    var values = List.of("a b", "a;", "a,b", "a\\", "\"", "\"a", "a\"b\"", "a\r\n", "\u00fc", "\0");
    for (String value : values) {
      isRefused(SetCookie.builder("a", value), "value");
    }
    for (String path : List.of("", "x", "/;", "/\r\n", "/\u00fc", "/x ")) {
      isRefused(SetCookie.builder("a", "b").path(path), "path");
    }
    for (String domain : List.of("", ".a", "a;b", "a b", "a\n", "\u00fc", "a/b")) {
      isRefused(SetCookie.builder("a", "b").domain(domain), "domain");
    }
  }

  @Test
  void whatABrowserWouldDropIsRefused() {
    isRefused(SetCookie.builder("a", "b").sameSite(SameSite.NONE), "secure");
    isRefused(SetCookie.builder("a", "b").partitioned(), "secure");
    isRefused(SetCookie.builder("a", "x".repeat(4096)), "4096");
    isRefused(SetCookie.builder("a", "b").path("/" + "x".repeat(1024)), "path");
    isRefused(SetCookie.builder("a", "b").maxAge(Duration.ofSeconds(-1)), "maxAge");
    isRefused(SetCookie.builder("a", "b").expires(Instant.MAX), "expires");
    isRefused(SetCookie.builder("a", "b").expires(Instant.MIN), "expires");
    assertEquals(4097, SetCookie.builder("a", "x".repeat(4095)).build().fieldValue().length());
  }

  @Test
  void prefixesAreKept() {
    isRefused(SetCookie.builder("__Secure-a", "b"), "secure");
    isRefused(SetCookie.builder("__sEcure-a", "b"), "secure");
    isRefused(SetCookie.builder("__Host-a", "b").path("/"), "prefix");
    isRefused(SetCookie.builder("__Host-a", "b").secure(), "prefix");
    isRefused(SetCookie.builder("__Host-a", "b").secure().path("/x"), "prefix");
    isRefused(SetCookie.builder("__HOST-a", "b").secure().path("/").domain("h"), "prefix");
    SetCookie host = SetCookie.builder("__Host-a", "b").secure().path("/").build();
    assertEquals("__Host-a=b; Path=/; Secure", host.fieldValue());
    SetCookie secure = SetCookie.builder("__Secure-a", "b").secure().domain("h").build();
    assertEquals("__Secure-a=b; Domain=h; Secure", secure.fieldValue());
  }
}
