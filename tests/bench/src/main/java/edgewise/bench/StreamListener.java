package edgewise.bench;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A listening channel of the JDK, or of a library whose channels and selector are like its own. */
interface StreamListener {
  /** What Edgewise and Netty ask for on a Linux of today; see listen(2). */
  int BACKLOG = 4096;

  SelectableChannel channel();

  /** A connection; null if there is none at the moment. */
  @Nullable SocketChannel accept() throws IOException;

  /** A selector for this channel and for those that it accepts. */
  default Selector openSelector() throws IOException {
    return channel().provider().openSelector();
  }

  /** Milliseconds, of the library whose selector does not wait without; 0 waits for ever. */
  default long selectTimeout() {
    return 0;
  }

  /** Opens one that does not block and listens. */
  @FunctionalInterface
  interface Opener {
    StreamListener open(String address) throws IOException;
  }

  /** One that the JDK's own classes describe. */
  record Standard(ServerSocketChannel channel, long selectTimeout) implements StreamListener {
    @Override
    public @Nullable SocketChannel accept() throws IOException {
      return channel.accept();
    }
  }
}
