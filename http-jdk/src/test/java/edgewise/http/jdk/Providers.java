package edgewise.http.jdk;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** The two providers that are compared. */
enum Providers {
  EDGEWISE,
  JDK;

  private HttpServerProvider provider() {
    return this == EDGEWISE ? new EdgewiseHttpServerProvider() : jdk();
  }

  private static HttpServerProvider jdk() {
    try {
      return Class.forName("sun.net.httpserver.DefaultHttpServerProvider")
          .asSubclass(HttpServerProvider.class)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the JDK's provider has moved", e);
    }
  }

  /** A server that is bound to a free port of the loopback address. */
  HttpServer server() throws IOException {
    return provider()
        .createHttpServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** A server without an address. */
  HttpServer unbound() throws IOException {
    return provider().createHttpServer(null, 0);
  }
}
