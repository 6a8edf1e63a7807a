package edgewise.http.jdk;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A path of a server, and what is done with requests below it. Thread-safe. */
final class Context extends HttpContext {
  private final HttpServer server;
  private final String path;
  private final Map<String, Object> attributes = new ConcurrentHashMap<>();

  /** The program may change it while requests run through it. */
  private final List<Filter> filters = new CopyOnWriteArrayList<>();

  private volatile @Nullable HttpHandler handler;
  private volatile @Nullable Authenticator authenticator;

  Context(HttpServer server, String path, @Nullable HttpHandler handler) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("a context's path begins with a slash: '" + path + "'");
    }
    this.server = server;
    this.path = path;
    this.handler = handler;
  }

  @Override
  public @Nullable HttpHandler getHandler() {
    return handler;
  }

  @Override
  public synchronized void setHandler(HttpHandler to) {
    Objects.requireNonNull(to, "handler");
    if (handler != null) {
      throw new IllegalArgumentException("the context " + path + " has a handler already");
    }
    handler = to;
  }

  @Override
  public String getPath() {
    return path;
  }

  @Override
  public HttpServer getServer() {
    return server;
  }

  @Override
  public Map<String, Object> getAttributes() {
    return attributes;
  }

  @Override
  public List<Filter> getFilters() {
    return filters;
  }

  @Override
  public synchronized @Nullable Authenticator setAuthenticator(@Nullable Authenticator to) {
    Authenticator before = authenticator;
    authenticator = to;
    return before;
  }

  @Override
  public @Nullable Authenticator getAuthenticator() {
    return authenticator;
  }
}
