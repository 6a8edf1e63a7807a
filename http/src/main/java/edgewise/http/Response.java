package edgewise.http;

import edgewise.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An answer: a status, header fields, and a body. Immutable; methods that change something return
 * another one. A response that a handler keeps and returns again and again is encoded once.
 *
 * <p>Content-Length, Transfer-Encoding, Connection and Date are the server's to say.
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
      if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException("the server itself writes the field " + name);
      }
    }
  }

  private static final List<String> OURS =
      List.of("content-length", "transfer-encoding", "connection", "keep-alive", "date");

  /** What a response carries. */
  sealed interface Body {
    /** How many octets. */
    long length();

    /** Lets go of what it holds. */
    default void release() {}

    /** Octets in memory. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Bytes(byte[] octets) implements Body {
      @Override
      public long length() {
        return octets.length;
      }
    }

    /** A region of a file, which the response owns. */
    record FileRegion(OpenFile file, long position, long length) implements Body {
      @Override
      public void release() {
        file.close(); // idempotent: a file of several regions is closed once
      }
    }

    /** Several, sent one after the other. They may be regions of the same file. */
    record Parts(List<Body> parts, long length) implements Body {
      static Parts of(List<Body> parts) {
        return new Parts(List.copyOf(parts), parts.stream().mapToLong(Body::length).sum());
      }

      @Override
      public void release() {
        parts.forEach(Body::release);
      }
    }
  }

  private static final Body NO_BODY = new Body.Bytes(new byte[0]);

  private final int status;
  private final List<Field> fields;
  private final Body body;
  private final boolean closing;

  /** The encoded head up to the Date field; made when it is first sent. */
  private volatile byte @Nullable [] head;

  private Response(int status, List<Field> fields, Body body, boolean closing) {
    if (status < 200 || status > 599) {
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
    return new Response(200, type, new Body.FileRegion(file, 0, file.size()), false);
  }

  /** Sends the client elsewhere; status is 301, 302, 303, 307 or 308. */
  public static Response redirect(int status, String location) {
    return status(status).header("Location", location);
  }

  /** An error status with its phrase as the text. */
  public static Response error(int status) {
    return text(status + " " + Status.reason(status) + "\n").withStatus(status);
  }

  /** The same with another status. */
  public Response withStatus(int other) {
    return new Response(other, fields, body, closing);
  }

  /**
   * The same with one more header field.
   *
   * @throws IllegalArgumentException as {@link Field}
   */
  public Response header(String name, String value) {
    var more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Response(status, List.copyOf(more), body, closing);
  }

  /** The same with another body; whoever replaces a file lets go of it. */
  Response withBody(Body other) {
    return new Response(status, fields, other, closing);
  }

  /** The same, after which the connection closes. */
  public Response closing() {
    return new Response(status, fields, body, true);
  }

  /** The status. */
  public int status() {
    return status;
  }

  /** The header fields but for those that the server writes. */
  public List<Field> fields() {
    return fields;
  }

  /** The value of the first field of that name, whatever its case, or null. */
  public @Nullable String header(String name) {
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

  /** Lets go of the file, if there is one. */
  void release() {
    body.release();
  }

  byte[] head() {
    byte[] made = head;
    if (made == null) {
      made = encodeHead();
      head = made;
    }
    return made;
  }

  private byte[] encodeHead() {
    var text = new StringBuilder(128);
    text.append("HTTP/1.1 ").append(status).append(' ').append(Status.reason(status));
    for (Field field : fields) {
      text.append("\r\n").append(field.name()).append(": ").append(field.value());
    }
    // RFC 9110 section 8.6: no length with 204; with 304 it would have to be that of the 200.
    if (!Status.hasNoBody(status)) {
      text.append("\r\nContent-Length: ").append(status == 205 ? 0 : body.length());
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Whether octets of a body follow the head, unless the request was HEAD. */
  boolean hasBody() {
    return !Status.hasNoBody(status) && status != 205 && body.length() > 0;
  }

  @Override
  public String toString() {
    return "Response[" + status + ", " + body.length() + " bytes]";
  }
}
