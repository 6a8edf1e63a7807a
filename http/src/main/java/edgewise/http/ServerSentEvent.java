package edgewise.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One event of a {@code text/event-stream}, WHATWG HTML section 9.2. Immutable; it can be encoded
 * once and sent to many.
 *
 * @param event the type that a listener of the client waits for; null for {@code message}
 * @param data what the client gets; null for none, and then nothing is dispatched there. Lines may
 *     end with LF, CR or CRLF; the client sees LF
 * @param id what the client sends as Last-Event-ID when it connects again; empty clears it, null
 *     leaves it
 * @param retry how long the client waits before it connects again, in whole milliseconds; null
 *     leaves it
 * @param comment what no client shows; null for none
 */
public record ServerSentEvent(
    @Nullable String event,
    @Nullable String data,
    @Nullable String id,
    @Nullable Duration retry,
    @Nullable String comment) {
  /** The content type of the stream, which is always UTF-8. */
  public static final String CONTENT_TYPE = "text/event-stream";

  /**
   * An empty comment. Sent every 15 seconds or so (section 9.2.7) it keeps proxies from closing a
   * quiet stream, and shows the server that a client is gone.
   */
  public static final ServerSentEvent HEARTBEAT = new ServerSentEvent(null, null, null, null, "");

  /**
   * An event that has one reading.
   *
   * @throws IllegalArgumentException if the type or the id has a line break or a NUL (section 9.2.6
   *     ignores such an id), the retry is negative, or there is a type but no data, which no client
   *     dispatches
   */
  public ServerSentEvent {
    checkLine("the event type", event);
    checkLine("the id", id);
    if (event != null && data == null) {
      throw new IllegalArgumentException("an event without data is not dispatched; use \"\"");
    }
    if (retry != null && retry.isNegative()) {
      throw new IllegalArgumentException("retry is negative: " + retry);
    }
  }

  private static void checkLine(String what, @Nullable String text) {
    if (text != null && text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(what + " has a line break or a NUL");
    }
  }

  /** An event of the type {@code message}. */
  public static ServerSentEvent of(String data) {
    return new ServerSentEvent(null, data, null, null, null);
  }

  /** An event of some type. */
  public static ServerSentEvent of(String event, String data) {
    return new ServerSentEvent(event, data, null, null, null);
  }

  /** The same with an id. */
  public ServerSentEvent withId(String value) {
    return new ServerSentEvent(event, data, value, retry, comment);
  }

  /** The same with a time to wait before the client connects again. */
  public ServerSentEvent withRetry(Duration time) {
    return new ServerSentEvent(event, data, id, time, comment);
  }

  /** The octets to send, from the first line to the empty one; UTF-8. */
  public byte[] octets() {
    var text = new StringBuilder(64);
    lines(text, "", comment);
    lines(text, "event", event);
    lines(text, "id", id);
    lines(text, "retry", retry == null ? null : Long.toString(retry.toMillis()));
    lines(text, "data", data);
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** One line for each line of the value. The client drops one space after the colon. */
  private static void lines(StringBuilder text, String field, @Nullable String value) {
    if (value == null) {
      return;
    }
    begin(text, field);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n') {
        i++; // one line break, not two
      }
      if (c == '\r' || c == '\n') {
        begin(text.append('\n'), field);
      } else {
        text.append(c);
      }
    }
    text.append('\n');
  }

  private static void begin(StringBuilder text, String field) {
    text.append(field).append(": ");
  }
}
