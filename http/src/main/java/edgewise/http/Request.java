package edgewise.http;

import edgewise.Connection;
import edgewise.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request, as a view of the octets that came: valid while {@link HttpHandler#handle} runs, on its
 * thread, and used for the next request afterwards. Whoever needs something of it later keeps the
 * Strings. They are made when they are asked for, so what nobody asks for costs nothing.
 */
public final class Request {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** RFC 9110 section 9 and RFC 5789. */
  private static final String[] METHODS = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"
  };

  private final RequestParser parser;
  private final PathValues pathValues = new PathValues();
  private @Nullable Connection connection;
  private ByteBuffer in = NOTHING;
  private int base;
  private ByteBuffer bodyIn = NOTHING;
  private int bodyStart;
  private int bodyLength;
  private @Nullable String method;
  private @Nullable String path;

  Request(RequestParser parser) {
    this.parser = parser;
  }

  // --- what the connection sets

  /** Shows the request that the parser has found in the buffer. */
  void show(Connection on, ByteBuffer buffer, int offset) {
    connection = on;
    in = buffer;
    base = offset;
    bodyLength = 0;
    method = null;
    path = null;
    pathValues.clear();
  }

  void showBody(ByteBuffer buffer, int start, int length) {
    bodyIn = buffer;
    bodyStart = start;
    bodyLength = length;
  }

  void forget() {
    connection = null;
    in = NOTHING;
    bodyIn = NOTHING;
    method = null;
    path = null;
  }

  private Connection connection() {
    if (connection == null) {
      throw new IllegalStateException("a request can be used only while its handler runs");
    }
    return connection;
  }

  // --- the request line

  /** The method, in the case in which it came: {@code GET}. */
  public String method() {
    if (method == null) {
      connection();
      method = knownOrNew(base + parser.line.methodStart, base + parser.line.methodEnd);
    }
    return method;
  }

  private String knownOrNew(int start, int end) {
    for (String known : METHODS) {
      if (Octets.equal(in, start, end, known)) {
        return known;
      }
    }
    return Octets.latin1(in, start, end);
  }

  /** The whole target as it came: {@code /a%20b?c=d}. */
  public String target() {
    connection();
    return Octets.latin1(in, base + parser.line.target.start, base + parser.line.target.end);
  }

  /**
   * The path as it came, not decoded: {@code /a%20b}. It begins with a slash, but for {@code
   * OPTIONS *}, where it is an asterisk.
   */
  public String path() {
    if (path == null) {
      connection();
      String came = Octets.latin1(in, pathStart(), pathEnd());
      path = came.isEmpty() ? (isAsterisk() ? "*" : "/") : came;
    }
    return path;
  }

  /** The query as it came, without the question mark; null if there was none. */
  public @Nullable String query() {
    connection();
    Target target = parser.line.target;
    return target.queryStart < 0
        ? null
        : Octets.latin1(in, base + target.queryStart, base + target.end);
  }

  /**
   * The part of the path that a {@code {name}} of the route stands for, percent-decoded once.
   *
   * @throws IllegalArgumentException if the route has no such name
   * @throws StatusException 400 if it is not UTF-8
   */
  public String pathValue(String name) {
    connection();
    int index = pathValues.indexOf(name);
    String value =
        PercentDecoder.decode(in, base + pathValues.start(index), base + pathValues.end(index));
    if (value == null) {
      throw new StatusException(400, "the path is not UTF-8");
    }
    return value;
  }

  /** {@code HTTP/1.1} or {@code HTTP/1.0}. A later minor version counts as 1.1, RFC 9110 2.5. */
  public String version() {
    return parser.line.minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1";
  }

  // --- the header

  /** The value of the first field of that name, whatever its case, or null. Latin-1. */
  public @Nullable String header(String name) {
    connection();
    FieldTable table = parser.fields.table;
    int field = table.find(in, base, name, 0);
    return field == FieldTable.NONE ? null : table.value(in, base, field);
  }

  /** The values of all fields of that name in their order; empty if there is none. */
  public List<String> headers(String name) {
    connection();
    return parser.fields.table.values(in, base, name);
  }

  /** Shows all fields, in their order, by name and value. */
  public void eachHeader(BiConsumer<String, String> visitor) {
    connection();
    FieldTable table = parser.fields.table;
    for (int i = 0; i < table.count(); i++) {
      visitor.accept(table.name(in, base, i), table.value(in, base, i));
    }
  }

  /**
   * The host, and the port if there is one, that the request is for: from the target if that names
   * it (RFC 9112 section 3.2.2), else from the Host field; empty if neither does.
   */
  public String host() {
    connection();
    Target target = parser.line.target;
    if (target.hasAuthority()) {
      return Octets.latin1(in, base + target.authorityStart, base + target.authorityEnd);
    }
    int field = parser.rules.host;
    return field == FieldTable.NONE ? "" : parser.fields.table.value(in, base, field);
  }

  // --- the body, which has come as a whole

  /** How many octets the body has. */
  public int bodyLength() {
    return bodyLength;
  }

  /** The body, read-only; valid as long as the request. */
  public ByteBuffer body() {
    connection();
    return bodyIn.slice(bodyStart, bodyLength).asReadOnlyBuffer();
  }

  /** A copy of the body. */
  public byte[] bodyBytes() {
    connection();
    return Octets.copy(bodyIn, bodyStart, bodyStart + bodyLength);
  }

  /** The body read as UTF-8; what is not UTF-8 becomes U+FFFD. */
  public String bodyText() {
    return new String(bodyBytes(), StandardCharsets.UTF_8);
  }

  // --- the connection

  /** The address of the client. */
  public Endpoint remote() throws IOException {
    return connection().remote();
  }

  // --- for the router and the file handler

  boolean isHead() {
    return method().equals("HEAD");
  }

  boolean isAsterisk() {
    return parser.line.target.asterisk;
  }

  /** Where the octets stand; offsets in {@link #pathValues} are from {@link #base}. */
  ByteBuffer octets() {
    return in;
  }

  int base() {
    return base;
  }

  int pathStart() {
    return base + parser.line.target.pathStart;
  }

  int pathEnd() {
    return base + parser.line.target.pathEnd;
  }

  PathValues pathValues() {
    return pathValues;
  }

  @Override
  public String toString() {
    return connection == null ? "Request[over]" : "Request[" + method() + " " + target() + "]";
  }
}
