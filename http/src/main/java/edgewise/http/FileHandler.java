package edgewise.http;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the files of a directory, and nothing outside of it. A directory is answered with its
 * {@code index.html}, or with a list of what it holds if that is wanted. Conditional requests and
 * ranges are answered as RFC 9110 sections 13 and 14 say.
 *
 * <pre>{@code
 * FileHandler.builder(root)
 *     .listing()
 *     .precompressed()
 *     .cacheControl("/assets/**", "public, max-age=31536000, immutable")
 *     .build();
 * }</pre>
 *
 * <p>In a {@link Router} it belongs behind a tail: {@code any("/static/{path...}", files)}. The
 * file is what the tail names; without a router, the whole path.
 */
public final class FileHandler implements HttpHandler {
  /** What can be switched on. */
  public enum Option {
    /** A directory without an index.html is answered with a page that lists it. */
    LISTING,
    /** As {@link Builder#precompressed}. */
    PRECOMPRESSED
  }

  private static final long WARNING_INTERVAL = 1_000_000_000;

  /**
   * How many names of a directory are listed. The loop stands still meanwhile: 10 to 20 ms for so
   * many, on a busy machine with two cores.
   */
  static final int MAX_LISTED = 2_000;

  /** A page of names that others chose: whatever got through the escaping would not be run. */
  private static final String PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

  private static final Logger LOG = LoggerFactory.getLogger(FileHandler.class);
  private static final String INDEX = "index.html";
  private static final Response NOT_FOUND = Response.error(404);
  private static final Response FORBIDDEN = Response.error(403);
  private static final Response UNAVAILABLE = Response.error(503).header("Retry-After", "1");
  private static final Response NOT_ALLOWED =
      Response.error(405).header("Allow", "GET, HEAD, OPTIONS");
  private static final Response OPTIONS =
      Response.status(204).header("Allow", "GET, HEAD, OPTIONS");
  private static final Response NOT_IMPLEMENTED = Response.error(501);

  private final FileRoot root;
  private final AtomicLong lastWarning = new AtomicLong(System.nanoTime() - WARNING_INTERVAL);
  private final boolean listing;
  private final FileAnswers answers;

  /** Serves what is below the root, which stays the caller's. */
  public FileHandler(FileRoot root, Option... options) {
    this(builder(root).options(options));
  }

  private FileHandler(Builder builder) {
    root = builder.root;
    listing = builder.options.contains(Option.LISTING);
    answers =
        new FileAnswers(
            root, builder.options.contains(Option.PRECOMPRESSED), List.copyOf(builder.cacheRules));
  }

  /** Prepares a handler for what is below the root, which stays the caller's. */
  public static Builder builder(FileRoot root) {
    return new Builder(root);
  }

  /** What is to be served, and how. */
  public static final class Builder {
    private final FileRoot root;
    private final Set<Option> options = EnumSet.noneOf(Option.class);
    private final List<FileAnswers.CacheRule> cacheRules = new ArrayList<>();

    private Builder(FileRoot root) {
      this.root = root;
    }

    /** Switches options on. */
    public Builder options(Option... wanted) {
      options.addAll(List.of(wanted));
      return this;
    }

    /** A directory without an index.html is answered with a page that lists it. */
    public Builder listing() {
      return options(Option.LISTING);
    }

    /**
     * Beside {@code app.js} there may be {@code app.js.br} and {@code app.js.gz}: the same content,
     * compressed with brotli or gzip. They are sent to clients that take them. One whose time is
     * earlier than that of the original is not used, since it was made of something else.
     */
    public Builder precompressed() {
      return options(Option.PRECOMPRESSED);
    }

    /**
     * Sends a Cache-Control field with the files whose name is like the pattern. The first rule
     * that fits counts.
     *
     * <pre>{@code
     * .cacheControl("/assets/**", "public, max-age=31536000, immutable")
     * .cacheControl("*.html", "no-cache")
     * .cacheControl("/**", "max-age=3600")
     * }</pre>
     *
     * @param pattern names below the root: {@code *} stands for any characters but a slash, {@code
     *     ?} for one, and a segment {@code **} for any number of segments, also none; without any
     *     slash it is the last name alone that is compared
     * @param value the value of the field
     * @throws IllegalArgumentException if either cannot be
     */
    public Builder cacheControl(String pattern, String value) {
      String checked = new Response.Field("Cache-Control", value).value();
      cacheRules.add(new FileAnswers.CacheRule(PathPattern.parse(pattern), checked));
      return this;
    }

    /** The handler. */
    public FileHandler build() {
      return new FileHandler(this);
    }
  }

  /**
   * A body is never wanted, and a client that offers one by Expect can be told so before it comes.
   */
  @Override
  public boolean beforeBody() {
    return true;
  }

  @Override
  public Response handle(Request request) throws IOException {
    switch (request.method()) {
      case "GET", "HEAD" -> {}
      case "OPTIONS" -> {
        return OPTIONS;
      }
      case "POST", "PUT", "DELETE", "PATCH", "TRACE" -> {
        return NOT_ALLOWED;
      }
      default -> {
        return NOT_IMPLEMENTED;
      }
    }
    int tail = request.pathValues().tailStart();
    int start =
        tail < 0 ? Math.min(request.pathStart() + 1, request.pathEnd()) : request.base() + tail;
    String name = FileName.read(request.octets(), start, request.pathEnd());
    if (name == null) {
      return NOT_FOUND;
    }
    try {
      return serve(request, name);
    } catch (AccessDeniedException e) {
      return FORBIDDEN;
    } catch (IOException e) {
      // The name was possible and nothing forbids it: what is missing will be there again, such
      // as a free descriptor.
      warnOfFailure(name, e);
      return UNAVAILABLE;
    }
  }

  /** Once a second is enough: without descriptors every request would be a line. */
  private void warnOfFailure(String name, IOException e) {
    long now = System.nanoTime();
    long last = lastWarning.get();
    if (now - last >= WARNING_INTERVAL && lastWarning.compareAndSet(last, now)) {
      LOG.warn(
          "cannot open '{}' (further failures of this second are not logged): {}",
          name,
          e.toString());
    }
  }

  private Response serve(Request request, String name) throws IOException {
    boolean asDirectory = name.isEmpty() || name.endsWith("/");
    String plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    OpenFile file = root.open(plain);
    if (file == null) {
      return NOT_FOUND;
    }
    if (!file.isDirectory()) {
      if (asDirectory) {
        file.close();
        return NOT_FOUND;
      }
      return answers.answer(request, file, plain);
    }
    file.close();
    return asDirectory ? directory(request, name, plain) : toSlash(request);
  }

  private Response directory(Request request, String name, String plain) throws IOException {
    OpenFile index = root.open(name + INDEX);
    if (index != null && !index.isDirectory()) {
      return answers.answer(request, index, name + INDEX);
    }
    if (index != null) {
      index.close();
    }
    FileRoot.Listing found = listing ? root.list(plain, MAX_LISTED) : null;
    return found == null
        ? NOT_FOUND
        : Response.html(DirectoryListing.page(decodedPath(request), found))
            .header("Content-Security-Policy", PAGE_POLICY)
            .header("X-Content-Type-Options", "nosniff");
  }

  private static String decodedPath(Request request) {
    String decoded =
        PercentDecoder.decode(request.octets(), request.pathStart(), request.pathEnd());
    return decoded == null || decoded.isEmpty() ? "/" : decoded;
  }

  /**
   * Relative links in a directory's page need the slash. The path is sent back as it came, so it
   * has no line break; and since no segment of it is empty it cannot begin with two slashes, which
   * would name another host. A route may still begin with them, hence the check.
   */
  private static Response toSlash(Request request) {
    String path = request.path();
    if (path.startsWith("//")) {
      return NOT_FOUND;
    }
    String query = request.query();
    return Response.redirect(301, path + "/" + (query == null ? "" : "?" + query));
  }
}
