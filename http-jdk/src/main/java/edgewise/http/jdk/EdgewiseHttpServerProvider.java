package edgewise.http.jdk;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import edgewise.http.HttpLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Makes servers of the JDK's API that run on Edgewise. Usually the JDK finds it; a program that
 * wants limits of its own makes one and asks it for servers.
 */
public final class EdgewiseHttpServerProvider extends HttpServerProvider {
  /**
   * A handler of this API always reads the body as a stream, in its own pace, and the JDK's server
   * sets no limit to its length; so that limit is the handler's to set.
   */
  private static final HttpLimits LIMITS =
      HttpLimits.builder().maxStreamedBodyBytes(Long.MAX_VALUE).build();

  private final HttpLimits limits;

  /** With the default limits, but any length of a request's body. */
  public EdgewiseHttpServerProvider() {
    this(LIMITS);
  }

  /** With these limits; {@link HttpLimits#maxStreamedBodyBytes} is the one of request bodies. */
  public EdgewiseHttpServerProvider(HttpLimits limits) {
    this.limits = limits;
  }

  /**
   * A server that is bound already if there is an address.
   *
   * @param backlog 0 or less for Edgewise's own, {@link edgewise.ListenOptions#backlog}
   * @throws java.net.BindException if the address is taken, not of this machine, or not permitted
   */
  @Override
  public HttpServer createHttpServer(@Nullable InetSocketAddress address, int backlog)
      throws IOException {
    var server = new Server(limits);
    if (address != null) {
      server.bind(address, backlog);
    }
    return server;
  }

  /**
   * Not supported.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public HttpsServer createHttpsServer(@Nullable InetSocketAddress address, int backlog) {
    throw new UnsupportedOperationException(
        "TLS is not supported by Edgewise's HttpServerProvider; the JDK's own has it (take"
            + " edgewise-http-jdk off the path), or put a proxy that speaks TLS in front");
  }
}
