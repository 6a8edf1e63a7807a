package edgewise.http.cgi;

import edgewise.http.HttpHandler;
import edgewise.http.Request;
import edgewise.http.Response;
import edgewise.http.StatusException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers each request by a program, a bounded number at once. Thread-safe. */
final class CgiHandler implements HttpHandler {
  private final Scripts scripts;
  private final Cgi.Settings settings;

  /** Programs that run, or are about to. */
  private final AtomicInteger running = new AtomicInteger();

  /**
   * A chunked body has no length before it has ended, and CONTENT_LENGTH must be true (RFC 3875
   * section 4.1.2), so it is held in memory, up to the server's maxBodyBytes.
   */
  private final HttpHandler afterBody = this::run;

  CgiHandler(Scripts scripts, Cgi.Settings settings) {
    this.scripts = scripts;
    this.settings = settings;
  }

  @Override
  public boolean beforeBody() {
    return true;
  }

  @Override
  public Response handle(Request request) throws Exception {
    return isChunked(request) ? HttpHandler.call(afterBody, request) : run(request);
  }

  /** Whether the body came, or is to come, in chunks: the server takes no other coding. */
  static boolean isChunked(Request request) {
    return request.header("Transfer-Encoding") != null;
  }

  /** The length of the body: it is in the head, or the body is there. */
  private static long bodyLength(Request request) {
    String length = request.header("Content-Length");
    return length != null ? Long.parseLong(length) : request.bodyLength();
  }

  private Response run(Request request) throws IOException {
    List<String> path = below(settings.prefix(), request.path());
    var variables = MetaVariables.of(request, settings);
    if (running.incrementAndGet() > settings.limits().maxRunning()) {
      running.decrementAndGet();
      throw new StatusException(503, "too many programs are running, try again");
    }
    boolean isHead = request.method().equals("HEAD");
    var run = new Run(request.loop(), isHead, bodyLength(request), settings.limits());
    request.whenGone(run::clientGone);
    new Launch(scripts, settings, path, variables, run, running::decrementAndGet).begin();
    return run.response();
  }

  /** The segments of the path after those that the handler is mounted at. */
  private static List<String> below(List<String> prefix, String path) {
    if (path.startsWith("/")) {
      List<String> segments = RequestPath.segments(path);
      int depth = prefix.size();
      if (segments.size() >= depth && segments.subList(0, depth).equals(prefix)) {
        return segments.subList(depth, segments.size());
      }
    }
    throw new StatusException(404, "no program has that path");
  }
}
