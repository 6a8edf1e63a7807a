package edgewise.http;

import edgewise.Acceptor;
import edgewise.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An answer: a status, header fields, and a body. Immutable; methods that change something return
 * another one. A response in memory that a handler keeps and returns again and again is encoded
 * once; one with a file, a stream or events is for one request.
 *
 * <p>Content-Length, Transfer-Encoding, Connection and Date are the server's to say.
 *
 * <p>One that comes later ({@link #async}, {@link #receiving}) is a Response as well: changes of it
 * are made when it has come, and until then it tells nothing about itself.
 */
public final class Response {
  /** A header field. */
  public record Field(String name, String value) {
    /**
     * A field that can be sent.
     *
     * @throws IllegalArgumentException if the name is no token, or the value has a line break or
     *     other control character, or a character that is not Latin-1
     */
    public Field {
      if (name.isEmpty() || !name.chars().allMatch(c -> c < 0x80 && Octets.isToken((byte) c))) {
        throw new IllegalArgumentException("not a field name: '" + name + "'");
      }
      boolean valid = value.chars().allMatch(c -> c <= 0xFF && Octets.isFieldText((byte) c));
      if (!valid || !value.equals(value.strip())) {
        throw new IllegalArgumentException("not a value for the field " + name);
      }
      if (isOurs(name)) {
        throw new IllegalArgumentException("the server itself writes the field " + name);
      }
    }

    /** Whether it is about the framing or the connection, and so not for handlers to say. */
    static boolean isOurs(String name) {
      return OURS.contains(name.toLowerCase(Locale.ROOT));
    }
  }

  private static final List<String> OURS =
      List.of("content-length", "transfer-encoding", "connection", "keep-alive", "date");

  /** The status of a response that is not known yet. */
  private static final int NOT_KNOWN = 0;

  private static final int SWITCHING_PROTOCOLS = 101;

  /** A response as it is sent, and the end of the head in it. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Whole(byte[] end, byte[] octets) {}

  /** A longer body is not copied once a second: what that saves is little beside sending it. */
  private static final int MOST_KEPT = 2048;

  private static final byte[] NO_OCTETS = {};

  private static final Body NO_BODY = new Body.Bytes(NO_OCTETS);

  /** Nobody looks at it; from a handler that has begun nothing, it is the mistake that it says. */
  private static final Response BEGUN = status(500);

  private final int status;
  private final List<Field> fields;
  private final Body body;
  private final boolean closing;

  /** The encoded head up to the Date field; made when it is first sent. */
  private volatile byte @Nullable [] head;

  /** The whole response as it is sent in one second; made when it is sent again. */
  private volatile @Nullable Whole whole;

  private Response(int status, List<Field> fields, Body body, boolean closing) {
    if (!(body instanceof Later || body instanceof Body.Upgrade)
        && (status < 200 || status > 599)) {
      throw new IllegalArgumentException("a final status is from 200 to 599, not " + status);
    }
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.closing = closing;
  }

  /** An empty answer. */
  public static Response status(int status) {
    return new Response(status, List.of(), NO_BODY, false);
  }

  /** 200 with a plain text. */
  public static Response text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8), "text/plain; charset=utf-8");
  }

  /** 200 with an HTML page. */
  public static Response html(String page) {
    return bytes(page.getBytes(StandardCharsets.UTF_8), "text/html; charset=utf-8");
  }

  /** 200 with a JSON text. */
  public static Response json(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  /** 200 with these octets, which must not be changed any more. */
  public static Response bytes(byte[] octets, String contentType) {
    var type = List.of(new Field("Content-Type", contentType));
    return new Response(200, type, new Body.Bytes(octets), false);
  }

  /** 200 with a whole file. The response owns the file and closes it. */
  public static Response file(OpenFile file, String contentType) {
    var type = List.of(new Field("Content-Type", contentType));
    return new Response(200, type, Body.FileRegion.whole(file), false);
  }

  /**
   * 200 with a body that is made piece by piece on the loop. Its length is not known, so it is sent
   * in chunks, and to an HTTP/1.0 client up to the end of the connection.
   */
  public static Response stream(String contentType, BodySource source) {
    return stream(contentType, Body.UNKNOWN, source);
  }

  /**
   * 200 with a body of so many octets that is made piece by piece on the loop.
   *
   * @param length the source has to write exactly so many; one that writes fewer ends the
   *     connection
   */
  public static Response stream(String contentType, long length, BodySource source) {
    var type = List.of(new Field("Content-Type", contentType));
    return new Response(200, type, new Body.Source(source, length), false);
  }

  /**
   * 200 with a stream of server-sent events. It lasts until it is closed or the client is gone.
   *
   * @param opened called on the loop when the stream is open; must not block, and usually hands the
   *     stream to whoever has events
   */
  public static Response events(Consumer<EventStream> opened) {
    return EventStream.response(opened);
  }

  /**
   * 200 with a body that is written to an OutputStream, on a virtual thread. One that fits the
   * stream's buffer is sent with its length, a longer one as {@link #stream}.
   */
  public static Response output(String contentType, OutputWriter writer) {
    var type = List.of(new Field("Content-Type", contentType));
    return new Response(200, type, new Body.Output(writer), false);
  }

  /**
   * The answer that comes later, from any thread. A failure of it is handled like an exception of
   * {@link HttpHandler#handle}.
   */
  public static Response async(CompletionStage<Response> answer) {
    return later(new Later.Answer(Objects.requireNonNull(answer, "no answer is to come"), null));
  }

  /**
   * Takes the body of the request piece by piece, for a {@link HttpHandler#streaming} handler, and
   * answers when the stage says: after the body has ended, or before, and then what is left of the
   * body is thrown away.
   */
  public static Response receiving(BodyReceiver receiver, CompletionStage<Response> answer) {
    Objects.requireNonNull(receiver);
    return later(
        new Later.Answer(Objects.requireNonNull(answer, "no answer is to come"), receiver));
  }

  /** What a blocking handler returns that has begun its response by {@link Request#respond}. */
  public static Response begun() {
    return BEGUN;
  }

  static Response later(Later.Awaited awaited) {
    return new Response(NOT_KNOWN, List.of(), new Later(awaited, List.of()), false);
  }

  /**
   * 101: the connection speaks another protocol from now on, RFC 9110 section 7.8. The next handler
   * gets it with the octets that have come already, and owns it. A request that has not asked for
   * that protocol ({@link Request#upgradesTo}) gets 426.
   *
   * @param protocol its name in the Upgrade field, such as {@code websocket}
   */
  public static Response upgrade(String protocol, Acceptor next) {
    var field = List.of(new Field("Upgrade", protocol));
    return new Response(SWITCHING_PROTOCOLS, field, new Body.Upgrade(protocol, next), false);
  }

  /** Sends the client elsewhere; status is 301, 302, 303, 307 or 308. */
  public static Response redirect(int status, String location) {
    return status(status).header("Location", location);
  }

  /** An error status with its phrase as the text. */
  public static Response error(int status) {
    return text(status + " " + Status.reason(status) + "\n").withStatus(status);
  }

  /** This response as a function makes it another, at once or, if it comes later, then. */
  public Response map(UnaryOperator<Response> change) {
    return body instanceof Later later
        ? new Response(NOT_KNOWN, List.of(), later.with(change), false)
        : change.apply(this);
  }

  /** The same with another status. */
  public Response withStatus(int other) {
    return map(r -> new Response(other, r.fields, r.body, r.closing));
  }

  /** The same with another body; whoever replaces a file lets go of it. */
  Response withBody(Body other) {
    var changed = new Response(status, fields, other, closing);
    if (other.length() == body.length()) {
      changed.head = head; // nothing else of a body shows in the head
    }
    return changed;
  }

  /**
   * The same with one more header field.
   *
   * @throws IllegalArgumentException as {@link Field}
   */
  public Response header(String name, String value) {
    return header(new Field(name, value));
  }

  /** The same with one more header field. */
  public Response header(Field field) {
    return map(r -> {
      var more = new ArrayList<>(r.fields);
      more.add(field);
      return new Response(r.status, List.copyOf(more), r.body, r.closing);
    });
  }

  /** The same, after which the connection closes. */
  public Response closing() {
    return map(r -> new Response(r.status, r.fields, r.body, true));
  }

  /**
   * The status.
   *
   * @throws IllegalStateException if the response comes later
   */
  public int status() {
    checkKnown();
    return status;
  }

  /**
   * The header fields but for those that the server writes.
   *
   * @throws IllegalStateException if the response comes later
   */
  public List<Field> fields() {
    checkKnown();
    return fields;
  }

  private void checkKnown() {
    if (body instanceof Later) {
      throw new IllegalStateException("the response is not known yet; use map to look at it");
    }
  }

  /** The value of the first field of that name, whatever its case, or null. */
  public @Nullable String header(String name) {
    checkKnown();
    for (Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        return field.value();
      }
    }
    return null;
  }

  Body body() {
    return body;
  }

  boolean isClosing() {
    return closing;
  }

  /** Lets go of the file or the source, if there is one: all that was wanted of it is sent. */
  void release() {
    body.release(null);
  }

  /** Lets go of the file or the source, if there is one: it is never sent. */
  void release(Throwable why) {
    body.release(why);
  }

  byte[] head() {
    byte[] made = head;
    if (made == null) {
      made = encodeHead();
      head = made;
    }
    return made;
  }

  /**
   * All octets, if this is short and has been sent before: a handler keeps it, so it is encoded
   * once a second, and leaves by one copy instead of three. Otherwise null.
   *
   * @param end what ends the head, by which it is told whether the second is another
   */
  @SuppressWarnings("ReferenceEquality") // an array is made per second, and equal ones are rare
  byte @Nullable [] whole(byte[] end) {
    Whole known = whole;
    if (known != null && known.end == end) {
      return known.octets;
    }
    if (head == null || !(body instanceof Body.Bytes bytes) || bytes.octets().length > MOST_KEPT) {
      return null;
    }
    byte[] made = Octets.joined(head(), end, hasBody() ? bytes.octets() : NO_OCTETS);
    whole = new Whole(end, made);
    return made;
  }

  private byte[] encodeHead() {
    var text = new StringBuilder(128);
    text.append("HTTP/1.1 ").append(status).append(' ').append(Status.reason(status));
    for (Field field : fields) {
      text.append("\r\n").append(field.name()).append(": ").append(field.value());
    }
    if (header("Upgrade") != null) {
      text.append("\r\nConnection: Upgrade"); // RFC 9110 section 7.8
    }
    if (!Status.hasNoBody(status) && (status == 205 || body.length() != Body.UNKNOWN)) {
      // RFC 9110 section 8.6: no length with 204; with 304 it would have to be that of the 200.
      text.append("\r\nContent-Length: ").append(status == 205 ? 0 : body.length());
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Whether octets of a body follow the head, unless the request was HEAD. */
  boolean hasBody() {
    return !Status.hasNoBody(status) && status != 205 && body.length() != 0;
  }

  @Override
  public String toString() {
    return body instanceof Later ? "Response[later]" : "Response[" + status + "]";
  }
}
