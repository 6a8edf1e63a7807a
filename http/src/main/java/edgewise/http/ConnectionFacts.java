package edgewise.http;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.PeerCredentials;
import edgewise.spi.Backend;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of the two ends of a connection, asked once each: for handlers and the
 * access log. A connection that nobody asks has none.
 *
 * <p>The client's address is known before, mostly, since clients are counted by it: a client that
 * sends a request and is gone by a reset still has one.
 */
final class ConnectionFacts {
  /** A bit that tells 0.0.0.0:0 from nothing. */
  private static final long IPV4 = 1L << 48;

  private final Connection connection;
  private @Nullable Endpoint remote;
  private @Nullable Endpoint local;
  private @Nullable PeerCredentials peerCredentials;
  private @Nullable String remoteName;

  ConnectionFacts(Connection connection, @Nullable Endpoint remote) {
    this.connection = connection;
    this.remote = remote;
  }

  /**
   * An IPv4 address and its port in a word, for the 10,000 connections that are idle: as an object
   * it takes 72 bytes. 0 for any other endpoint.
   */
  static long packed(Endpoint endpoint) {
    return endpoint instanceof Endpoint.Inet(Inet4Address address, int port)
        ? IPV4 | Integer.toUnsignedLong(ByteBuffer.wrap(address.getAddress()).getInt()) << 16 | port
        : 0;
  }

  /** What was {@link #packed}, and null for 0. */
  static @Nullable Endpoint unpacked(long word) {
    if (word == 0) {
      return null;
    }
    byte[] octets = ByteBuffer.allocate(4).putInt((int) (word >> 16)).array();
    try {
      return new Endpoint.Inet(InetAddress.getByAddress(octets), (int) word & 0xFFFF);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // only for a wrong length
    }
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
      checkLoop();
      remote = connection.remote();
    }
    return remote;
  }

  Endpoint local() throws IOException {
    if (local == null) {
      checkLoop();
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
      checkLoop();
      peerCredentials = connection.peerCredentials();
    }
    return peerCredentials;
  }

  /** Other threads get what the loop has asked for before them, and that came too late. */
  private void checkLoop() throws SocketException {
    if (!connection.loop().inLoop()) {
      throw new SocketException("ENOTCONN: the client was gone before it could be asked for");
    }
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
