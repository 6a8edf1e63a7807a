package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "/assets/**, assets/a.js, true",
    "/assets/**, assets/x/y/a.js, true",
    "/assets/**, assets, true",
    "/assets/**, other/assets/a.js, false",
    "/assets/**, assetsx/a.js, false",
    "assets/*, assets/a.js, true",
    "/assets/*, assets/x/a.js, false",
    "*.css, a.css, true",
    "*.css, x/y/a.css, true",
    "*.css, a.css/x, false",
    "*.css, a.CSS, false",
    "/*.css, a.css, true",
    "/*.css, x/a.css, false",
    "index.html, x/index.html, true",
    "/**/v?/*.json, v1/a.json, true",
    "/**/v?/*.json, a/b/v1/a.json, true",
    "/**/v?/*.json, a/b/v12/a.json, false",
    "/**/x/**/y, x/y, true",
    "/**/x/**/y, a/x/x/b/y, true",
    "/**/x/**/y, a/x/b/y/z, false",
    "/**, anything/at/all, true",
    "a*b*c, aXbXbYc, true",
    "a*b*c, aXbXc1, false",
    "*, x, true",
    "a.b, aXb, false",
    "[a], [a], true",
  })
  void namesAreLikeThePatternOrNot(String pattern, String name, boolean like) {
    assertEquals(like, PathPattern.parse(pattern).matches(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "//a", "a//b", "/a/", "/../a", "/a/.", "a**", "/x/**.js"})
  void whatCouldNeverMatchIsRefused(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> PathPattern.parse(pattern));
  }

  @Test
  void aNameThatIsMadeToBeSlowIsNot() {
    var pattern = PathPattern.parse("/**/*a*a*a*a*a*a*a*a*a*a*b/**/x/**/x/**/x/**/x/y");
    String name = "x/".repeat(1000) + "a".repeat(2000);
    assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertFalse(pattern.matches(name)));
  }
}
