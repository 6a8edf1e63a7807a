package edgewise.http;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.PeerCredentials;
import edgewise.spi.Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of the two ends of a connection, asked once each: for handlers and the
 * access log. A connection that nobody asks has none.
 */
final class ConnectionFacts {
  private final Connection connection;
  private @Nullable Endpoint remote;
  private @Nullable Endpoint local;
  private @Nullable PeerCredentials peerCredentials;
  private @Nullable String remoteName;

  ConnectionFacts(Connection connection) {
    this.connection = connection;
  }

  /**
   * Asks for everything now, on the loop, so that any thread may have it later.
   *
   * @throws IOException if the client is gone; its addresses are not known any more
   */
  void askAll() throws IOException {
    local();
    if (!(remote() instanceof Endpoint.Inet) && hasPeerCredentials()) {
      peerCredentials();
    }
  }

  Endpoint remote() throws IOException {
    if (remote == null) {
      remote = connection.remote();
    }
    return remote;
  }

  Endpoint local() throws IOException {
    if (local == null) {
      local = connection.local();
    }
    return local;
  }

  PeerCredentials peerCredentials() throws IOException {
    if (peerCredentials == null) {
      if (!hasPeerCredentials()) {
        throw connection.loop().backend().lacks("peer credentials");
      }
      if (remote() instanceof Endpoint.Inet) {
        throw new SocketException("a client over TCP has no credentials; AF_UNIX has them");
      }
      peerCredentials = connection.peerCredentials();
    }
    return peerCredentials;
  }

  private boolean hasPeerCredentials() {
    return connection.loop().backend().has(Backend.Feature.PEER_CREDENTIALS);
  }

  /** For the access log: the address without its port; {@code unix:} for a unix socket. */
  String remoteName() {
    if (remoteName == null) {
      try {
        remoteName =
            remote() instanceof Endpoint.Inet(InetAddress address, int _)
                ? address.getHostAddress()
                : "unix:";
      } catch (IOException e) {
        remoteName = "-"; // it is gone
      }
    }
    return remoteName;
  }
}
