package edgewise.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Echo by Vert.x, one event loop, on Netty's epoll transport. */
final class VertxEcho implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    vertx()
        .createNetServer()
        .connectHandler(socket -> socket.handler(socket::write))
        .listen(socketAddress(address))
        .await();
  }

  static Vertx vertx() {
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
    if (!vertx.isNativeTransportEnabled()) {
      throw new IllegalStateException("no epoll", vertx.unavailableNativeTransportCause());
    }
    return vertx;
  }

  private static SocketAddress socketAddress(String address) {
    if (Addresses.isUnix(address)) {
      return SocketAddress.domainSocketAddress(Addresses.path(address));
    }
    InetSocketAddress inet = Addresses.inet(address);
    return SocketAddress.inetSocketAddress(inet.getPort(), inet.getHostString());
  }
}
