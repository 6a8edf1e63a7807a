package edgewise.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends each request to the handler of its path and method. Routes are added before the server
 * starts; from then on it is read by all loops at once.
 *
 * <table><caption>Patterns</caption>
 * <tr><td>{@code /users}<td>that path, and not {@code /users/}
 * <tr><td>{@code /users/{id}}<td>one segment, not empty; {@link Request#pathValue}
 * <tr><td>{@code /files/{rest...}}<td>all that follows, also nothing
 * </table>
 *
 * <p>A fixed segment goes before a name, a name before a tail. A path without a route gets 404, a
 * method that a path has no handler for 405 with Allow, one that nobody has heard of 501. HEAD is
 * answered by the handler of GET, OPTIONS by the router, unless they have handlers of their own.
 */
public final class Router implements HttpHandler {
  private static final Response NOT_FOUND = Response.error(404);
  private static final Response NOT_IMPLEMENTED = Response.error(501);
  private static final Response NO_CONTENT = Response.status(204);

  private static final Set<String> KNOWN_METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE");

  private final Node root = new Node();
  private @Nullable Callee fallback;

  /** A router without routes. */
  public Router() {}

  /** What may follow the beginning of a pattern. */
  private static final class Node {
    final Segments<Node> fixed = new Segments<>();
    @Nullable Node named;
    @Nullable Leaf leaf;

    /** For a pattern that ends here with a tail. */
    @Nullable Leaf tail;

    Node namedChild() {
      if (named == null) {
        named = new Node();
      }
      return named;
    }
  }

  /** The handlers of one pattern. */
  private static final class Leaf {
    final String pattern;
    final String[] names;
    final List<String> methods = new ArrayList<>();
    final List<Callee> handlers = new ArrayList<>();
    @Nullable Callee anyMethod;
    Response allowed = NOT_IMPLEMENTED;
    Response options = NOT_IMPLEMENTED;

    Leaf(String pattern, String[] names) {
      this.pattern = pattern;
      this.names = names;
    }

    void add(String method, HttpHandler handler) {
      methods.add(method);
      handlers.add(new Callee(handler));
      var allow = new ArrayList<>(methods);
      if (methods.contains("GET") && !methods.contains("HEAD")) {
        allow.add("HEAD");
      }
      if (!methods.contains("OPTIONS")) {
        allow.add("OPTIONS");
      }
      String value = String.join(", ", allow);
      allowed = Response.error(405).header("Allow", value);
      options = NO_CONTENT.header("Allow", value);
    }

    @Nullable Callee handler(String method) {
      for (int i = 0; i < methods.size(); i++) {
        if (methods.get(i).equals(method)) {
          return handlers.get(i);
        }
      }
      return method.equals("HEAD") && methods.contains("GET") ? handler("GET") : anyMethod;
    }
  }

  // --- adding routes

  /** Adds a handler for GET, and HEAD. */
  public Router get(String pattern, HttpHandler handler) {
    return route("GET", pattern, handler);
  }

  /** Adds a handler for POST. */
  public Router post(String pattern, HttpHandler handler) {
    return route("POST", pattern, handler);
  }

  /**
   * Adds a handler for a method, which is case-sensitive.
   *
   * @throws IllegalArgumentException if the pattern is malformed, or has that method already
   */
  public Router route(String method, String pattern, HttpHandler handler) {
    Leaf leaf = leaf(pattern);
    if (leaf.methods.contains(method)) {
      throw new IllegalArgumentException(method + " " + pattern + " has a handler already");
    }
    leaf.add(method, handler);
    return this;
  }

  /** Adds a handler for all methods that the pattern has no other handler for. */
  public Router any(String pattern, HttpHandler handler) {
    Leaf leaf = leaf(pattern);
    if (leaf.anyMethod != null) {
      throw new IllegalArgumentException(pattern + " has a handler for any method already");
    }
    leaf.anyMethod = new Callee(handler);
    return this;
  }

  /** The handler of paths that no pattern matches, in place of 404. */
  public Router fallback(HttpHandler handler) {
    fallback = new Callee(handler);
    return this;
  }

  private Leaf leaf(String pattern) {
    if (!pattern.startsWith("/")) {
      throw malformed(pattern, "it does not begin with a slash");
    }
    Node node = root;
    var names = new ArrayList<String>();
    String[] segments = pattern.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      String segment = segments[i];
      if (segment.endsWith("...}") && segment.startsWith("{")) {
        if (i + 1 < segments.length) {
          throw malformed(pattern, "a tail stands at the end");
        }
        names.add(segment.substring(1, segment.length() - 4));
        node.tail = checked(node.tail, pattern, names);
        return node.tail;
      }
      if (segment.startsWith("{") && segment.endsWith("}")) {
        names.add(segment.substring(1, segment.length() - 1));
        node = node.namedChild();
      } else if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
        throw malformed(pattern, "a name takes a whole segment");
      } else {
        node = node.fixed.addIfAbsent(segment, Node::new);
      }
    }
    node.leaf = checked(node.leaf, pattern, names);
    return node.leaf;
  }

  private static Leaf checked(@Nullable Leaf existing, String pattern, List<String> names) {
    if (names.contains("") || Set.copyOf(names).size() < names.size()) {
      throw malformed(pattern, "each name needs to be there and to be different");
    }
    if (existing != null && !existing.pattern.equals(pattern)) {
      throw malformed(pattern, "it matches the same paths as " + existing.pattern);
    }
    return existing != null ? existing : new Leaf(pattern, names.toArray(String[]::new));
  }

  private static IllegalArgumentException malformed(String pattern, String why) {
    return new IllegalArgumentException("the pattern '" + pattern + "' cannot be used: " + why);
  }

  // --- finding them

  @Override
  public boolean beforeBody() {
    return true;
  }

  @Override
  public Response handle(Request request) throws Exception {
    if (request.isAsterisk()) {
      return NO_CONTENT; // RFC 9110 section 9.3.7: a ping of the server
    }
    String method = request.method();
    if (method.equals("CONNECT")) {
      return NOT_IMPLEMENTED; // its target is no path
    }
    Leaf leaf = find(request);
    if (leaf == null && fallback != null) {
      return fallback.call(request);
    }
    if (leaf == null) {
      return KNOWN_METHODS.contains(method) ? NOT_FOUND : NOT_IMPLEMENTED;
    }
    Callee handler = leaf.handler(method);
    if (handler != null) {
      return handler.call(request);
    }
    if (method.equals("OPTIONS")) {
      return leaf.options;
    }
    return KNOWN_METHODS.contains(method) ? leaf.allowed : NOT_IMPLEMENTED;
  }

  private @Nullable Leaf find(Request request) {
    int start = request.pathStart();
    int end = request.pathEnd();
    // Each segment is searched from the slash before it; an empty path is that of "/".
    return find(root, request, Math.min(start + 1, end), end, 0);
  }

  /** Finds the leaf for the rest of the path: a segment from {@code from}, and what follows. */
  private @Nullable Leaf find(Node node, Request request, int from, int end, int names) {
    ByteBuffer in = request.octets();
    int segmentEnd = from;
    while (segmentEnd < end && in.get(segmentEnd) != '/') {
      segmentEnd++;
    }
    Node child = node.fixed.find(in, from, segmentEnd);
    Leaf fixed = child == null ? null : below(child, request, segmentEnd, end, names);
    if (fixed != null) {
      return fixed;
    }
    if (node.named != null && segmentEnd > from) {
      Leaf leaf = below(node.named, request, segmentEnd, end, names + 1);
      if (leaf != null) {
        request.pathValues().put(names, from - request.base(), segmentEnd - request.base());
        return leaf;
      }
    }
    if (node.tail != null) {
      int tail = from - request.base();
      request.pathValues().put(names, tail, end - request.base());
      request.pathValues().name(node.tail.names, tail);
    }
    return node.tail;
  }

  private @Nullable Leaf below(Node child, Request request, int segmentEnd, int end, int names) {
    if (segmentEnd < end) {
      return find(child, request, segmentEnd + 1, end, names);
    }
    if (child.leaf != null) {
      request.pathValues().name(child.leaf.names, -1);
    }
    return child.leaf;
  }
}
