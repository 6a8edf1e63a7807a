package edgewise.bench.pieces;

import edgewise.linux.Socket;
import io.netty.channel.epoll.Epoll;

/** Two unix sockets that are connected, until the process ends. */
final class SocketPair {
  private SocketPair() {}

  static int[] nonBlocking() {
    Epoll.ensureAvailability(); // loads Netty's library, in which its sockets are too
    int[] fds = new int[2];
    Piece.check(
        "socketpair",
        0,
        Socket.socketpair(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_NONBLOCK, 0, fds));
    return fds;
  }
}
