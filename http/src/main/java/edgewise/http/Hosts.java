package edgewise.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Virtual hosts: sends each request to the handler of the host that it is for, RFC 9110 section
 * 7.2. Hosts are added before the server starts; from then on it is read by all loops at once.
 *
 * <table><caption>Names</caption>
 * <tr><td>{@code example.org}<td>that host, whatever the case and the port
 * <tr><td>{@code *.example.org}<td>any host below, also several labels; not {@code example.org}
 * </table>
 *
 * <p>The exact name goes before the longest wildcard. A host without a handler gets the fallback,
 * or 421 (Misdirected Request).
 */
public final class Hosts implements HttpHandler {
  private static final Response MISDIRECTED = Response.error(421);

  private final Map<String, Callee> exact = new HashMap<>();
  private final Map<String, Callee> below = new HashMap<>();
  private @Nullable Callee fallback;

  /** Without hosts. */
  public Hosts() {}

  /**
   * Adds a host.
   *
   * @throws IllegalArgumentException if the name has a port, or has a handler already
   */
  public Hosts host(String name, HttpHandler handler) {
    boolean wildcard = name.startsWith("*.");
    String plain = name(wildcard ? name.substring(2) : name);
    if (plain.isEmpty() || plain.indexOf('*') >= 0 || !plain.equals(withoutPort(plain))) {
      throw new IllegalArgumentException(
          "not a host: '" + name + "'; name one without a port, such as example.org");
    }
    if ((wildcard ? below : exact).putIfAbsent(plain, new Callee(handler)) != null) {
      throw new IllegalArgumentException("the host " + name + " has a handler already");
    }
    return this;
  }

  /** The handler of all other hosts, and of requests that name none. */
  public Hosts fallback(HttpHandler handler) {
    fallback = new Callee(handler);
    return this;
  }

  @Override
  public boolean beforeBody() {
    return true;
  }

  @Override
  public Response handle(Request request) throws Exception {
    Callee handler = find(withoutPort(name(request.host())));
    return handler == null ? MISDIRECTED : handler.call(request);
  }

  private @Nullable Callee find(String host) {
    Callee handler = exact.get(host);
    int dot = host.indexOf('.');
    while (handler == null && dot >= 0) {
      handler = below.get(host.substring(dot + 1));
      dot = host.indexOf('.', dot + 1);
    }
    return handler != null ? handler : fallback;
  }

  private static String name(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * The host alone; the dot that ends an absolute name is no difference, RFC 3986 section 3.2.2.
   */
  private static String withoutPort(String authority) {
    int end = authority.lastIndexOf(':');
    String host =
        end < 0 || authority.indexOf(']', end) >= 0 ? authority : authority.substring(0, end);
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }
}
