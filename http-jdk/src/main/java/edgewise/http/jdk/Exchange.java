package edgewise.http.jdk;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpPrincipal;
import edgewise.Endpoint;
import edgewise.http.Request;
import edgewise.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ref.Cleaner;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, as the JDK's API sees them. Its methods may be called on any
 * thread, but not on two at once.
 *
 * <pre>
 *   OPEN --sendResponseHeaders()--> BEGUN --response body closed--> ENDED
 *     `----close(), a failure, stop---`--a failure, too short, stop---^
 * </pre>
 *
 * <p>It does not end because the handler returns: that may have left the rest to another thread.
 */
final class Exchange extends HttpExchange {
  private static final System.Logger LOG = System.getLogger("com.sun.net.httpserver");

  private static final int NO_CODE = -1;

  /** What {@code sendResponseHeaders} and Edgewise call a length that is not known. */
  private static final long ANY_LENGTH = 0;

  private static final long NOT_KNOWN = -1;

  /** Notices exchanges that were left without an end; made when the first one might be. */
  private static final class Lost {
    static final Cleaner CLEANER = Cleaner.create();
  }

  private final Context context;
  private final HttpHandler handler;
  private final URI target;
  private final Request request;
  private final Ending ending;

  private final Headers requestHeaders;
  private final Headers responseHeaders = new Headers();
  private final RequestBody requestBody;
  private final ResponseBody responseBody;
  private volatile InputStream in;
  private volatile OutputStream out;
  private final Map<String, @Nullable Object> attributes =
      Collections.synchronizedMap(new HashMap<>());
  private volatile @Nullable HttpPrincipal principal;
  private volatile int code = NO_CODE;

  Exchange(Context context, HttpHandler handler, URI target, Request request, Ending ending) {
    this.context = context;
    this.handler = handler;
    this.target = target;
    this.request = request;
    this.ending = ending;
    var fields = new Headers();
    request.eachHeader(fields::add);
    requestHeaders = Headers.of(fields);
    requestBody = new RequestBody(this, request);
    responseBody = new ResponseBody(this);
    in = requestBody;
    out = responseBody;
  }

  // --- its handling

  /** Calls the filters, the authenticator and the handler, on this thread. */
  void handle() {
    try {
      new Filter.Chain(context.getFilters(), this::authenticate).doFilter(this);
      returned();
    } catch (Throwable t) {
      fail(t);
    }
  }

  /** Behind the program's filters, as in the JDK; they may have put something around this. */
  private void authenticate(HttpExchange seen) throws IOException {
    Authenticator authenticator = context.getAuthenticator();
    if (authenticator == null) {
      handler.handle(seen);
      return;
    }
    switch (authenticator.authenticate(seen)) {
      case Authenticator.Success success -> {
        principal = success.getPrincipal();
        handler.handle(seen);
      }
      case Authenticator.Retry retry -> seen.sendResponseHeaders(retry.getResponseCode(), -1);
      case Authenticator.Failure failure -> seen.sendResponseHeaders(failure.getResponseCode(), -1);
      case null, default -> throw new IllegalStateException("an authenticator without a verdict");
    }
  }

  /** The handler has returned, which need not be the end. */
  private void returned() throws IOException {
    if (responseBody.isComplete()) {
      responseBody.close(); // nothing can follow, though the handler has forgotten to say so
    } else if (!ending.isOver()) {
      Lost.CLEANER.register(this, lost(ending));
    }
  }

  /** Must not know the exchange itself, which then would never be lost. */
  private static Runnable lost(Ending ending) {
    return () ->
        ending.fail(
            new IOException("a handler has let go of an exchange without ending its response"));
  }

  // --- its end

  /** The response is complete. */
  void end(OutputStream to) throws IOException {
    try {
      requestBody.close();
      to.close();
      ending.complete();
    } catch (IOException e) {
      fail(e);
      throw e;
    }
  }

  /** The response cannot be completed: 500 if it has not begun, else the connection is cut off. */
  void fail(Throwable t) {
    if (!ending.fail(t)) {
      var level = code == NO_CODE ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
      LOG.log(level, "a handler failed when its exchange had ended", t);
    }
  }

  /** Ends it. Without a response that is the handler's fault, so the client gets 500. */
  @Override
  public void close() {
    if (!responseBody.hasBegun()) {
      ending.answer(Response.error(500).closing());
      return;
    }
    try {
      requestBody.close();
      out.close(); // the outermost stream, which may have something to add
    } catch (IOException e) {
      if (!ending.isOver()) { // else it has failed, and that has been told
        fail(e);
      }
    }
  }

  // --- the request

  @Override
  public Headers getRequestHeaders() {
    return requestHeaders;
  }

  @Override
  public URI getRequestURI() {
    return target;
  }

  @Override
  public String getRequestMethod() {
    return request.method();
  }

  @Override
  public String getProtocol() {
    return request.version();
  }

  @Override
  public HttpContext getHttpContext() {
    return context;
  }

  @Override
  public InputStream getRequestBody() {
    return in;
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return address(request::remote);
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    return address(request::local);
  }

  private interface Asked {
    Endpoint endpoint() throws IOException;
  }

  /** The JDK's has no exception: of a client that was gone too soon to be asked, no address. */
  private static InetSocketAddress address(Asked asked) {
    try {
      return asked.endpoint() instanceof Endpoint.Inet inet
          ? new InetSocketAddress(inet.address(), inet.port())
          : new InetSocketAddress(0);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "the address of a client is not known", e);
      return new InetSocketAddress(0);
    }
  }

  // --- the response

  @Override
  public Headers getResponseHeaders() {
    return responseHeaders;
  }

  @Override
  public int getResponseCode() {
    return code;
  }

  @Override
  public OutputStream getResponseBody() {
    return out;
  }

  @Override
  public void sendResponseHeaders(int status, long length) throws IOException {
    if (responseBody.hasBegun()) {
      throw new IOException("the response has begun already");
    }
    if (ending.isOver()) {
      throw new IOException("the exchange has ended");
    }
    Response head = ResponseHead.of(status, responseHeaders);
    boolean bodiless = length < ANY_LENGTH || isHead() || hasNoBody(status);
    long framed = framedLength(status, length);
    announce(bodiless, framed, status);
    code = status;
    OutputStream to = request.respond(head, framed);
    ending.responseBegun();
    responseBody.begin(to, bodiless ? 0 : framed);
    if (bodiless) {
      responseBody.close();
    }
  }

  private boolean isHead() {
    return request.method().equals("HEAD");
  }

  /** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
  private static boolean hasNoBody(int status) {
    return status == 204 || status == 205 || status == 304;
  }

  /** The length for Edgewise. With HEAD it is that which GET would have, if the handler says. */
  private long framedLength(int status, long length) {
    if (hasNoBody(status)) {
      return 0;
    }
    if (isHead()) {
      long set = ResponseHead.contentLength(responseHeaders);
      return set >= 0 || length <= ANY_LENGTH ? set : length;
    }
    return length == ANY_LENGTH ? NOT_KNOWN : Math.max(0, length);
  }

  /** Shows the framing to filters that look at the header afterwards, as the JDK does. */
  private void announce(boolean bodiless, long framed, int status) {
    if (framed >= 0 && !hasNoBody(status)) {
      responseHeaders.set("Content-Length", Long.toString(framed));
    } else if (!bodiless) {
      responseHeaders.set("Transfer-Encoding", "chunked");
    }
  }

  @Override
  public void setStreams(@Nullable InputStream input, @Nullable OutputStream output) {
    in = input != null ? input : in;
    out = output != null ? output : out;
  }

  // --- what filters leave to those behind them

  /** Its own attribute, or else that of its context. */
  @Override
  public @Nullable Object getAttribute(String name) {
    Objects.requireNonNull(name, "name");
    synchronized (attributes) {
      return attributes.containsKey(name)
          ? attributes.get(name)
          : context.getAttributes().get(name);
    }
  }

  @Override
  public void setAttribute(String name, @Nullable Object value) {
    attributes.put(Objects.requireNonNull(name, "name"), value);
  }

  @Override
  public @Nullable HttpPrincipal getPrincipal() {
    return principal;
  }
}
