package edgewise.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One case of {@code cases.json}: what is sent, and what is wrong with an answer. */
public record RawCase(Map<String, @Nullable Object> json) {
  private static final Pattern REPEATED =
      Pattern.compile("\\{\\{rep:(.*?):(\\d+)}}", Pattern.DOTALL);

  /** What a client saw of a server: all octets, and whether the server's direction has ended. */
  public record Seen(String received, boolean ended) {}

  @SuppressWarnings("unchecked") // as Json makes them
  static List<Object> list(@Nullable Object json) {
    return json == null ? List.of() : (List<Object>) json;
  }

  @SuppressWarnings("unchecked") // as Json makes them
  static Map<String, @Nullable Object> map(@Nullable Object json) {
    return json == null ? Map.of() : (Map<String, @Nullable Object>) json;
  }

  /** Two letters and a number. */
  public String id() {
    return text("id");
  }

  /** The oddity. */
  public String description() {
    return text("description");
  }

  /** What is sent; a character is an octet. */
  public String request() {
    return expand(text("raw_request_escaped"));
  }

  /** What is sent after the first answer, or empty. */
  public String second() {
    return json.get("then_send") == null ? "" : expand(text("then_send"));
  }

  /** Whether the client ends its direction after sending. */
  public boolean halfClose() {
    return is("half_close", true);
  }

  /** How many octets are sent at a time; 0 for all at once. */
  public int split() {
    return json.get("split") instanceof Long octets ? Math.toIntExact(octets) : 0;
  }

  private String text(String key) {
    return (String) Objects.requireNonNull(json.get(key), key);
  }

  private boolean is(String key, boolean value) {
    return Boolean.valueOf(value).equals(json.get(key));
  }

  private static String expand(String text) {
    return REPEATED
        .matcher(text)
        .replaceAll(match ->
            java.util.regex.Matcher.quoteReplacement(
                match.group(1).repeat(Integer.parseInt(match.group(2)))));
  }

  /** What is wrong with the answer; empty if nothing is. Lenient answers are wrong. */
  public List<String> faults(Seen seen) {
    var faults = new ArrayList<String>();
    boolean head = request().stripLeading().startsWith("HEAD ");
    Answers answers = Answers.read(seen.received, head);
    var finals = answers.finals();
    checkStatus(answers, seen, faults);
    checkClose(seen, faults);
    checkCounts(answers.statuses(), faults);
    if (answers.all().stream().anyMatch(answer -> !answer.complete())
        || !answers.rest().isEmpty()) {
      faults.add("something else than whole responses: " + answers.rest());
    }
    if (json.get("forbid_body") != null
        && Pattern.compile(text("forbid_body")).matcher(seen.received).find()) {
      faults.add("leaks what is forbidden");
    }
    if (!finals.isEmpty()) {
      checkFields(finals.getFirst(), faults);
    }
    return faults;
  }

  private void checkStatus(Answers answers, Seen seen, List<String> faults) {
    var expected = list(json.get("expect_status"));
    boolean interim = expected.contains(100L) || expected.contains(101L);
    var visible = interim ? answers.all() : answers.finals();
    Object status =
        !visible.isEmpty()
            ? (Object) (long) visible.getFirst().status()
            : seen.ended ? "close" : "timeout";
    if (!expected.contains(status)) {
      faults.add("status " + status + " is not in " + expected);
    }
    var then = list(json.get("expect_then"));
    var statuses = answers.statuses();
    if (!then.isEmpty() && (statuses.isEmpty() || !then.contains((long) statuses.getFirst()))) {
      faults.add("final " + statuses + " is not in " + then);
    }
  }

  private void checkClose(Seen seen, List<String> faults) {
    if (is("must_close", true) && !seen.ended) {
      faults.add("the connection was left open");
    }
    if (is("must_close", false) && seen.ended && !halfClose()) {
      faults.add("the connection was closed");
    }
  }

  private void checkCounts(List<Integer> statuses, List<String> faults) {
    if (json.get("n_responses") instanceof Long count && statuses.size() != count) {
      faults.add("not " + count + " responses but " + statuses);
    }
    if (json.get("n_max") instanceof Long count && statuses.size() > count) {
      faults.add("more than " + count + " responses: " + statuses);
    }
    var expected = list(json.get("statuses")).stream().map(status -> ((Long) status).intValue());
    var list = expected.toList();
    if (!list.isEmpty() && !list.equals(statuses)) {
      faults.add("not " + list + " but " + statuses);
    }
  }

  private void checkFields(Answers.Answer answer, List<String> faults) {
    map(json.get("expect_header"))
        .forEach((name, form) -> {
          String value = answer.fields().getOrDefault(name, "");
          if (!matches(value, form)) {
            faults.add(name + ": " + value + " is not like " + form);
          }
        });
    map(json.get("forbid_header_re"))
        .forEach((name, form) -> {
          if (matches(answer.fields().getOrDefault(name, ""), form)) {
            faults.add(name + " is like " + form);
          }
        });
    for (Object name : list(json.get("forbid_header"))) {
      if (answer.fields().containsKey((String) name)) {
        faults.add("has " + name);
      }
    }
    if (list(json.get("forbid_status")).contains((long) answer.status())) {
      faults.add("status " + answer.status() + " is forbidden");
    }
    if (json.get("expect_body") instanceof String body && !answer.body().equals(body)) {
      faults.add("the body is " + answer.body());
    }
    if (is("no_body", true) && !answer.body().isEmpty()) {
      faults.add("has a body");
    }
  }

  private static boolean matches(String value, @Nullable Object form) {
    int flags = Pattern.CASE_INSENSITIVE;
    return Pattern.compile((String) Objects.requireNonNull(form), flags).matcher(value).find();
  }

  @Override
  public String toString() {
    return id() + " " + description();
  }
}
