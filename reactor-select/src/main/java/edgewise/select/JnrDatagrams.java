package edgewise.select;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.SocketFileOptions;
import edgewise.spi.SocketFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket of AF_UNIX by jnr-unixsocket; owns its descriptor and its socket file.
 *
 * <p>That library does not call connect(2): so the peer is put on each datagram, and those of
 * others are thrown away here. Nor does it say by a value that a call would block.
 */
final class JnrDatagrams extends SelectDatagrams {
  private final DatagramChannel channel;
  private final JnrSelector selector;
  private final JnrLibrary library;
  private final Endpoint local;
  private final @Nullable SocketAddress peer;
  private @Nullable SocketFile file;

  private JnrDatagrams(
      SelectBackend backend,
      JnrSelector selector,
      DatagramChannel channel,
      @Nullable Endpoint local,
      @Nullable Endpoint remote,
      DatagramOptions options) {
    super(backend, channel, remote, options);
    this.channel = channel;
    this.selector = selector;
    this.library = selector.library();
    this.local = local == null ? new Endpoint.Unnamed() : local;
    this.peer = remote == null ? null : Addresses.toJdk(backend, remote);
  }

  static JnrDatagrams open(
      SelectBackend backend,
      JnrSelector selector,
      @Nullable Endpoint local,
      @Nullable Endpoint remote,
      DatagramOptions options)
      throws IOException {
    if (!options.socketFile().equals(SocketFileOptions.DEFAULT)) {
      throw backend.lacks("the mode of a datagram socket's file"); // there would be a gap
    }
    SocketAddress address = local == null ? null : Addresses.toJdk(backend, local);
    DatagramChannel channel;
    try {
      channel = selector.library().openChannel();
    } catch (IOException e) {
      throw Failures.socket("socket", "for " + local, e);
    }
    JnrDatagrams port = null;
    try {
      port = new JnrDatagrams(backend, selector, channel, local, remote, options);
      channel.configureBlocking(false);
      port.library.bufferBytes(channel, options.receiveBufferBytes(), options.sendBufferBytes());
      if (address != null && local instanceof Endpoint.Unix(Path path)) {
        port.bind(local, path, address);
      }
      return port;
    } catch (Throwable t) {
      if (port != null) {
        port.close();
      } else {
        Failures.closeQuietly(channel);
      }
      throw t;
    }
  }

  private void bind(Endpoint where, Path path, SocketAddress address) throws IOException {
    try (SocketFile.Claim claim = SocketFile.claim(path, SelectListener::isLive)) {
      channel.bind(library.toJnr(address));
      file = claim.bound(SocketFileOptions.DEFAULT);
    } catch (IOException e) {
      throw Failures.bind(where, e);
    }
  }

  @Override
  @Nullable SocketAddress receiveOnce(ByteBuffer into) throws IOException {
    while (true) {
      SocketAddress from;
      try {
        SocketAddress theirs = channel.receive(into);
        from = library.fromJnr(theirs);
      } catch (IOException e) {
        if (Failures.isTryAgain(e)) {
          return null;
        }
        throw e;
      }
      if (peer == null || peer.equals(from)) {
        return from;
      }
      into.clear();
    }
  }

  @Override
  boolean sendOnce(ByteBuffer bytes, @Nullable SocketAddress to) throws IOException {
    SocketAddress address = to == null ? peer : to;
    if (address == null) {
      throw new IOException("Destination address required");
    }
    try {
      return channel.send(bytes, library.toJnr(address)) >= 0;
    } catch (IOException e) {
      if (Failures.isTryAgain(e)) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public boolean tellsWritable() {
    return false;
  }

  @Override
  SelectionKey enter(Selector ignored, int operations) {
    var key = new JnrKey(selector, channel, this);
    key.interestOps(operations);
    return key;
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public void close() {
    if (isClosed()) {
      return;
    }
    try {
      if (file != null) {
        file.remove();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the socket file of " + local + " could not be removed", e);
    } finally {
      super.close();
    }
  }
}
