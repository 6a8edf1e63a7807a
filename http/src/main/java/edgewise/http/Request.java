package edgewise.http;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.PeerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request, as a view of the octets that came: valid while {@link HttpHandler#handle} runs, on its
 * thread, and used for the next request afterwards. Whoever needs something of it later keeps the
 * Strings. They are made when they are asked for, so what nobody asks for costs nothing.
 *
 * <p>Asynchronous and blocking handlers get one that stays as it is, and that any thread may read,
 * but no two at once.
 */
public final class Request {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** RFC 9110 section 9 and RFC 5789. */
  private static final String[] METHODS = {
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE"
  };

  private final RequestParser parser;
  private final Exchange exchange;
  private final PathValues pathValues = new PathValues();
  private @Nullable HttpConnection connection;
  private @Nullable BlockingCall blocking;
  private ByteBuffer in = NOTHING;
  private int base;
  private ByteBuffer bodyIn = NOTHING;
  private int bodyStart;
  private int bodyLength;

  /** The whole body is shown. */
  private boolean hasBody;

  private @Nullable String method;
  private @Nullable String path;

  Request(RequestParser parser, Exchange exchange) {
    this.parser = parser;
    this.exchange = exchange;
  }

  // --- what the connection sets

  /** Shows the request that the parser has found in the buffer. */
  void show(HttpConnection on, ByteBuffer buffer, int offset) {
    connection = on;
    in = buffer;
    base = offset;
    hideBody();
    method = null;
    path = null;
    pathValues.clear();
  }

  /** The same head now stands at the beginning of that buffer. */
  void moveHead(ByteBuffer buffer) {
    in = buffer;
    base = 0;
  }

  /** Its handler runs on a thread that may block. */
  void blocking(BlockingCall call) {
    blocking = call;
  }

  void showBody(ByteBuffer buffer, int start, int length) {
    bodyIn = buffer;
    bodyStart = start;
    bodyLength = length;
    hasBody = true;
  }

  /** There is no body to look at. */
  void hideBody() {
    bodyIn = NOTHING;
    bodyStart = 0;
    bodyLength = 0;
    hasBody = false;
  }

  void forget() {
    connection = null;
    in = NOTHING;
    hideBody();
    method = null;
    path = null;
    blocking = null;
  }

  private HttpConnection connection() {
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

  // --- what is in these

  /**
   * The parameters of the query; empty if there is none.
   *
   * @throws StatusException 400 if they are malformed, see {@link Parameters#parse(String)}
   */
  public Parameters parameters() {
    return Parameters.parse(query());
  }

  /**
   * The parameters of a form that came as the body, {@code application/x-www-form-urlencoded};
   * waits for it as {@link #body}.
   *
   * @throws StatusException 415 if the body is something else, 400 if it is malformed
   */
  public Parameters form() {
    String type = header("Content-Type");
    int end = type == null ? -1 : type.indexOf(';');
    String plain = type == null ? "" : (end < 0 ? type : type.substring(0, end)).strip();
    if (!plain.equalsIgnoreCase("application/x-www-form-urlencoded")) {
      throw new StatusException(415, "a form is application/x-www-form-urlencoded here");
    }
    return Parameters.parse(body());
  }

  /**
   * A form with files, {@code multipart/form-data}, for a blocking handler, which closes it. Parts
   * that are too long for memory go to files.
   *
   * @throws StatusException 400, 413 or 415 for what is malformed, too long, or something else
   * @throws IOException if the client is gone, or a file cannot be written
   */
  public Multipart multipart(MultipartLimits limits) throws IOException {
    return Multipart.read(bodyStream(), header("Content-Type"), limits);
  }

  /**
   * The cookies that the client sent.
   *
   * @throws StatusException 400 if they are malformed, see {@link Cookies}
   */
  public Cookies cookies() {
    return Cookies.of(this);
  }

  // --- the body

  /**
   * Whether the whole body has come and can be looked at. A {@link HttpHandler#streaming} handler
   * and a filter may be called before.
   */
  public boolean hasWholeBody() {
    return hasBody;
  }

  /**
   * How many octets the body has.
   *
   * @throws IllegalStateException if it has not come as a whole, as {@link #body}
   */
  public int bodyLength() {
    readWholeBody();
    return bodyLength;
  }

  /**
   * The body, read-only; valid as long as the request. In a blocking handler this waits for it.
   *
   * @throws IllegalStateException if the body has not come as a whole, on a thread that must not
   *     wait for it
   * @throws StatusException 413 in a blocking handler, if it is longer than {@link
   *     HttpLimits#maxBodyBytes}
   */
  public ByteBuffer body() {
    readWholeBody();
    return bodyIn.slice(bodyStart, bodyLength).asReadOnlyBuffer();
  }

  /** A copy of the body; as {@link #body}. */
  public byte[] bodyBytes() {
    readWholeBody();
    return Octets.copy(bodyIn, bodyStart, bodyStart + bodyLength);
  }

  /** The body read as UTF-8; what is not UTF-8 becomes U+FFFD; as {@link #body}. */
  public String bodyText() {
    return new String(bodyBytes(), StandardCharsets.UTF_8);
  }

  /**
   * The body as it comes, for a blocking handler: a read waits for the client. The client that has
   * asked by {@code Expect: 100-continue} is told to go on by the first read.
   *
   * @throws IllegalStateException if the body has not come as a whole, on a thread that must not
   *     wait for it
   */
  public InputStream bodyStream() {
    connection();
    return blocking != null && blocking.pipe() != null
        ? blocking.pipe()
        : new ByteArrayInputStream(bodyBytes());
  }

  /** The fields that followed a chunked body which has come as a whole; empty if there are none. */
  public List<Response.Field> trailers() {
    readWholeBody();
    return blocking != null && blocking.pipe() != null
        ? blocking.pipe().trailers()
        : exchange.intake.trailers();
  }

  private void readWholeBody() {
    connection();
    if (blocking != null && blocking.pipe() != null) {
      byte[] all = blocking.readAll();
      showBody(ByteBuffer.wrap(all), 0, all.length);
    } else if (!hasWholeBody()) {
      throw new IllegalStateException(
          "the body has not come as a whole, and this thread must not wait for it");
    }
  }

  /** Whether the client waits for 100 (Continue) before it sends the body. */
  public boolean expectsContinue() {
    connection();
    return parser.rules.expectsContinue;
  }

  // --- the connection

  /**
   * The address of the client, from any thread.
   *
   * @throws IOException if the client was gone before it could be asked for
   */
  public Endpoint remote() throws IOException {
    return connection().facts().remote();
  }

  /** The address that the client has connected to, from any thread. */
  public Endpoint local() throws IOException {
    return connection().facts().local();
  }

  /**
   * Who the client is, over AF_UNIX, from any thread; SO_PEERCRED, unix(7).
   *
   * @throws UnsupportedOperationException if the backend cannot tell
   * @throws IOException if it came over TCP
   */
  public PeerCredentials peerCredentials() throws IOException {
    return connection().facts().peerCredentials();
  }

  /** The loop of the connection. */
  public EventLoop loop() {
    return connection().loop();
  }

  /**
   * Whether the client offers to speak that protocol from now on, RFC 9110 section 7.8; see {@link
   * Response#upgrade}.
   */
  public boolean upgradesTo(String protocol) {
    connection();
    if (!parser.rules.upgrade || parser.line.minorVersion == 0) {
      return false;
    }
    for (String value : headers("Upgrade")) {
      for (String offered : value.split(",", -1)) {
        if (offered.strip().equalsIgnoreCase(protocol)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Sends an interim response before the final one, such as 103 with Link fields, RFC 9110 section
   * 15.2. From any thread; dropped for HTTP/1.0, which does not know them, and when the final one
   * has begun.
   *
   * @param status from 102 to 199; 100 and 101 are the server's to send
   */
  public void interim(int status, Response.Field... fields) {
    if (status < 102 || status > 199) {
      throw new IllegalArgumentException("an interim status is from 102 to 199, not " + status);
    }
    HttpConnection on = connection();
    if (parser.line.minorVersion > 0) {
      on.interim(exchange, Interim.head(status, fields));
    }
  }

  /**
   * Begins the response now, for a blocking handler that writes its body as it goes. The handler
   * then has to return {@link Response#begun()}.
   *
   * @param head the status and fields of the response
   * @param length of the body, or -1 if it is not known
   * @return takes the body; a write waits while the client does not take what was written before
   */
  public OutputStream respond(Response head, long length) {
    connection();
    if (blocking == null) {
      throw new IllegalStateException("only a blocking handler can write while it runs");
    }
    return blocking.respond(head, length);
  }

  /**
   * Does something if the connection ends before the response has been written, such as giving up
   * work that nobody waits for. Called on the loop. A client that merely ends its sending side
   * still waits.
   *
   * @param action to be named while the handler runs, on the loop; one per request
   */
  public void whenGone(Runnable action) {
    connection().checkThread();
    exchange.whenGone(action);
  }

  // --- for handlers around handlers

  /** The request is going to be read after its handler has returned. */
  void keep() {
    connection().askFacts();
    exchange.keep();
  }

  HttpLimits limits() {
    return connection().limits();
  }

  /** Calls a handler; what it throws becomes a response. */
  Response guarded(Callee handler) {
    return connection().call(handler, this);
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

  ByteBuffer bodyOctets() {
    return bodyIn;
  }

  int shownBodyLength() {
    return bodyLength;
  }

  int bodyStart() {
    return bodyStart;
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
