package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A router with thousands of routes: each is found, and the order of precedence stays. */
class ManyRoutesTest {
  private static final int ROUTES = 10_000;
  private static final int AT_ONCE = 100;

  /** Fixed ones at the top, fixed ones below one segment, and some with a name between. */
  private static Router router() {
    var router = new Router();
    for (int i = 0; i < ROUTES; i++) {
      String answer = "route " + i;
      router.get(
          switch (i % 4) {
            case 0 -> "/fixed" + i;
            case 1 -> "/below/caf\u00e9 " + i;
            case 2 -> "/fixed" + (i - 2) + "/{name}/end";
            default -> "/users/{id}/" + i;
          },
          q -> Response.text(answer));
    }
    return router
        .get("/{name}/other", q -> Response.text("name " + q.pathValue("name")))
        .get("/below/{rest...}", q -> Response.text("below " + q.pathValue("rest")))
        .get("/{all...}", q -> Response.text("all " + q.pathValue("all")));
  }

  private static Map<String, String> questions() {
    var expected = new LinkedHashMap<String, String>();
    for (int i = 0; i < ROUTES; i++) {
      String target =
          switch (i % 4) {
            case 0 -> "/%66ixed" + i;
            case 1 -> "/below/caf%C3%a9%20" + i;
            case 2 -> "/fixed" + (i - 2) + "/x/end";
            default -> "/users/7/" + i;
          };
      expected.put(target, "route " + i);
    }
    return expected;
  }

  /** Fixed segments that lead nowhere, and segments that nobody has. */
  private static Map<String, String> others() {
    var expected = new LinkedHashMap<String, String>();
    for (int i = 0; i < ROUTES; i += 100) {
      expected.put("/fixed" + i + "/other", "name fixed" + i);
      expected.put("/fixed" + i + "/x/y", "all fixed" + i + "/x/y");
      expected.put("/fixed" + i + "/", "all fixed" + i + "/");
      expected.put("/fixed" + (i + 1), "all fixed" + (i + 1));
      expected.put("/below/cafe" + i, "below cafe" + i);
      expected.put("/below/caf%C3%A9%20" + (i + 1) + "/z", "below caf\u00e9 " + (i + 1) + "/z");
      expected.put("/users/7/" + i, "all users/7/" + i);
      expected.put("/users/other", "name users");
      expected.put("/unknown" + i + "/other", "name unknown" + i);
    }
    expected.put("/", "all ");
    expected.put("/below/", "below ");
    expected.put("/below", "all below");
    return expected;
  }

  @Test
  void eachOfTenThousandRoutesIsFoundAndAFixedSegmentThatLeadsNowhereGivesWay() {
    var expected = questions();
    expected.putAll(others());
    var targets = new ArrayList<>(expected.keySet());
    Collections.shuffle(targets, new Random(1));
    try (var rig = new HttpRig(router())) {
      for (int from = 0; from < targets.size(); from += AT_ONCE) {
        var some = targets.subList(from, Math.min(from + AT_ONCE, targets.size()));
        var requests = new StringBuilder();
        some.forEach(target -> requests.append("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        var answers = Answers.read(rig.exchange(requests.toString()), false).all();
        assertEquals(some.size(), answers.size());
        for (int i = 0; i < some.size(); i++) {
          String body = new String(Cuts.octets(answers.get(i).body()), StandardCharsets.UTF_8);
          assertEquals(expected.get(some.get(i)), body, some.get(i));
        }
      }
    }
  }

  @Test
  void aHundredThousandRoutesAreAddedInMillisecondsNotMinutes() {
    assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          var router = new Router();
          for (int i = 0; i < 100_000; i++) {
            router.get("/a" + i, q -> Response.text(""));
          }
        });
  }
}
