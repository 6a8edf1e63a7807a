/** The JDK's {@code com.sun.net.httpserver} API on Edgewise's HTTP server. */
module edgewise.http.jdk {
  requires static org.jspecify;
  requires transitive edgewise.http;
  requires transitive jdk.httpserver;

  exports edgewise.http.jdk;

  provides com.sun.net.httpserver.spi.HttpServerProvider with
      edgewise.http.jdk.EdgewiseHttpServerProvider;
}
