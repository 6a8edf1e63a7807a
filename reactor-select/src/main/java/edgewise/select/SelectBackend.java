package edgewise.select;

import edgewise.FileRoot;
import edgewise.Trigger;
import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** {@code java.nio} selectors, level-triggered; available everywhere. Found by ServiceLoader. */
public final class SelectBackend implements Backend {
  /** For ServiceLoader. */
  public SelectBackend() {}

  @Override
  public String name() {
    return "select";
  }

  @Override
  public int rank() {
    return 10;
  }

  @Override
  public @Nullable String unavailable() {
    return null;
  }

  @Override
  public boolean has(Feature feature) {
    return switch (feature) {
      case TRIGGERS,
          WATCH,
          ABSTRACT_NAMES,
          HANGUP_WHILE_NOT_READING,
          SEGMENTATION,
          DATAGRAM_ERRORS,
          SEQPACKET,
          DESCRIPTORS,
          PEER_CREDENTIALS ->
          false;
      case UNIX_DATAGRAMS -> JnrLibrary.isPresent();
      case REUSE_PORT -> hasReusePort();
    };
  }

  /** The exception that says what it takes to have AF_UNIX datagrams. */
  UnsupportedOperationException lacksUnixDatagrams() {
    return new UnsupportedOperationException(
        "AF_UNIX datagrams: the JDK has none; put com.github.jnr:jnr-unixsocket on the class path,"
            + " or use the epoll backend, which has them");
  }

  /** Only a channel knows; so rarely asked that the answer is not kept. */
  private static boolean hasReusePort() {
    try (var channel = ServerSocketChannel.open()) {
      return channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
    } catch (IOException e) {
      LoggerFactory.getLogger(SelectBackend.class).debug("cannot ask for SO_REUSEPORT", e);
      return false;
    }
  }

  @Override
  public Trigger defaultTrigger() {
    return Trigger.LEVEL;
  }

  /** {@code eventsPerPoll} is where the poller's arrays start; see {@link SelectPoller}. */
  @Override
  public Poller openPoller(int eventsPerPoll) throws IOException {
    return new SelectPoller(this, eventsPerPoll, Selector::open);
  }

  @Override
  public FileRoot openRoot(Path directory) throws IOException {
    return new SelectFileRoot(directory);
  }
}
