package edgewise.select;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.OpenFile;
import edgewise.spi.NativeBuffer;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking stream socket; owns its descriptor.
 *
 * <pre>
 *   connect --> PENDING ----finishConnect----> DONE
 *      |  `---> TRY_AGAIN --a new channel----^  ^
 *      |  `-------------------------------------'
 *      `------> failed, as every later finishConnect will say
 * </pre>
 */
final class SelectStream extends Registration implements StreamSocket {
  private final SelectBackend backend;

  /** Where it was told to connect to; null for an accepted one. */
  private final @Nullable Endpoint target;

  /** Where it was accepted, if that is a socket file, whose name the kernel may not know. */
  private final @Nullable Endpoint door;

  private final ConnectionOptions options;
  private SocketChannel channel;
  private Progress progress;
  private @Nullable IOException connectFailure;

  /**
   * A send was told of a reset. The kernel tells it once: a receive would then find the end of the
   * stream, as if the peer had said all it wanted to.
   */
  private @Nullable IOException reset;

  private SelectStream(
      SelectBackend backend,
      SocketChannel channel,
      @Nullable Endpoint target,
      @Nullable Endpoint door,
      ConnectionOptions options,
      Progress progress) {
    this.backend = backend;
    this.channel = channel;
    this.target = target;
    this.door = door;
    this.options = options;
    this.progress = progress;
  }

  /** A channel that a listener has accepted; it is closed if it cannot be used. */
  static SelectStream accepted(
      SelectBackend backend, SocketChannel channel, Endpoint at, ConnectionOptions options)
      throws IOException {
    Endpoint door = at instanceof Endpoint.Unix ? at : null;
    prepare(channel, door == null, options);
    return new SelectStream(backend, channel, null, door, options, Progress.DONE);
  }

  /** Makes a channel and starts to connect it. */
  static SelectStream connect(SelectBackend backend, Endpoint remote, ConnectionOptions options)
      throws IOException {
    SocketChannel channel = open(backend, remote, options);
    var stream = new SelectStream(backend, channel, remote, null, options, Progress.PENDING);
    try {
      stream.startConnect(remote);
    } catch (IOException e) {
      stream.connectFailure = e;
    } catch (RuntimeException e) { // an address that the JDK does not take
      stream.close();
      throw e;
    }
    return stream;
  }

  private static SocketChannel open(
      SelectBackend backend, Endpoint remote, ConnectionOptions options) throws IOException {
    ProtocolFamily family = Addresses.family(backend, remote);
    SocketChannel channel;
    try {
      channel = SocketChannel.open(family);
    } catch (IOException e) {
      throw Failures.socket("socket", "for " + remote, e);
    } catch (UnsupportedOperationException e) {
      throw Failures.noFamily(remote, e);
    }
    prepare(channel, remote instanceof Endpoint.Inet, options);
    return channel;
  }

  private static void prepare(SocketChannel channel, boolean tcp, ConnectionOptions options)
      throws IOException {
    try {
      channel.configureBlocking(false);
      SocketOptions.apply(channel, tcp, options);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * AF_UNIX never leaves a connect pending on Linux: it is done, or fails. EAGAIN is one of the
   * failures, and closes the channel as all of them do.
   */
  private void startConnect(Endpoint remote) throws IOException {
    try {
      progress =
          channel.connect(Addresses.toJdk(backend, remote)) ? Progress.DONE : Progress.PENDING;
    } catch (IOException e) {
      if (!(remote instanceof Endpoint.Unix) || !Failures.isTryAgain(e)) {
        throw Failures.socket("connect", remote, e);
      }
      progress = Progress.TRY_AGAIN;
    }
  }

  @Override
  public Progress finishConnect() throws IOException {
    if (connectFailure != null) {
      throw connectFailure;
    }
    if (progress == Progress.DONE || target == null) {
      return progress;
    }
    try {
      if (progress == Progress.TRY_AGAIN) {
        channel = open(backend, target, options);
        startConnect(target);
      } else {
        finish(target);
      }
    } catch (IOException e) {
      connectFailure = e;
      throw e;
    }
    if (progress == Progress.DONE) {
      translateAgain(); // a wish to write was one to connect
    }
    return progress;
  }

  private void finish(Endpoint remote) throws IOException {
    try {
      progress = channel.finishConnect() ? Progress.DONE : Progress.PENDING;
    } catch (IOException e) {
      throw Failures.socket("connect", remote, e);
    }
  }

  @Override
  SocketChannel channel() {
    return channel;
  }

  @Override
  int operations(int interest) {
    return switch (progress) {
      case TRY_AGAIN -> 0;
      case PENDING -> (interest & Readiness.WRITE) != 0 ? SelectionKey.OP_CONNECT : 0;
      case DONE ->
          ((interest & Readiness.READ) != 0 ? SelectionKey.OP_READ : 0)
              | ((interest & Readiness.WRITE) != 0 ? SelectionKey.OP_WRITE : 0);
    };
  }

  @Override
  public int receive(NativeBuffer into, int offset, int length) throws IOException {
    int count;
    try {
      count = channel.read(into.region(offset, length));
    } catch (IOException e) {
      throw Failures.socket("recv", this, e);
    }
    if (count > 0) {
      return count;
    }
    if (count == 0) {
      return WOULD_BLOCK;
    }
    if (reset != null) {
      throw Failures.socket("recv", this, reset);
    }
    return END;
  }

  /** {@code more} has no counterpart. */
  @Override
  public int send(NativeBuffer from, int offset, int length, boolean more) throws IOException {
    try {
      int count = channel.write(from.region(offset, length));
      return count > 0 || length == 0 ? count : WOULD_BLOCK;
    } catch (IOException e) {
      throw sendFailed("send", e);
    }
  }

  @Override
  public long sendFile(OpenFile file, long position, long count) throws IOException {
    try {
      long sent = ((SelectFile) file).transferTo(channel, position, count);
      return sent == SelectFile.NOTHING_TAKEN ? WOULD_BLOCK : sent;
    } catch (IOException e) {
      throw sendFailed("sendfile", e);
    }
  }

  private IOException sendFailed(String call, IOException e) {
    if (Failures.isReset(e)) {
      reset = e;
    }
    return Failures.socket(call, this, e);
  }

  @Override
  public void shutdownOutput() throws IOException {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw Failures.socket("shutdown", this, e);
    }
  }

  /** The JDK does not ask for SO_ERROR. */
  @Override
  public @Nullable IOException takeError() {
    return null;
  }

  @Override
  public Endpoint local() throws IOException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    return door != null ? door : Addresses.fromJdk(channel.getLocalAddress());
  }

  @Override
  public Endpoint remote() throws IOException {
    return Addresses.fromJdk(channel.getRemoteAddress());
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(backend, channel, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(backend, channel, option);
  }

  @Override
  public void close() {
    if (deregister()) {
      Failures.closeQuietly(channel);
    }
  }

  @Override
  public void abort() {
    if (channel.isOpen() && door == null && !(target instanceof Endpoint.Unix)) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        Failures.log.debug("{}: no reset, just a close", this, e);
      }
    }
    close();
  }

  @Override
  public String toString() {
    if (target != null) {
      return "socket to " + target;
    }
    try {
      return "socket at " + local() + " from " + remote();
    } catch (IOException closedAlready) {
      return "accepted socket, closed";
    }
  }
}
