package edgewise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Function;

/** A thread with a Selector that accepts connections and calls whoever is attached to a key. */
final class SelectorLoop {
  /** What is attached to a key. */
  @FunctionalInterface
  interface Ready {
    /** The key's channel is ready; a failure closes it. */
    void ready(SelectionKey key) throws IOException;

    /** The channel is closed. */
    default void closed() {}
  }

  private final Selector selector;
  private final long timeout;

  SelectorLoop(Selector selector) {
    this(selector, 0);
  }

  private SelectorLoop(Selector selector, long timeout) {
    this.selector = selector;
    this.timeout = timeout;
  }

  /** Serves each connection by what is made for its key. */
  static void serve(StreamListener listener, Function<SelectionKey, Ready> made)
      throws IOException {
    var loop = new SelectorLoop(listener.openSelector(), listener.selectTimeout());
    Ready acceptor = ready -> loop.accept(listener, made);
    listener.channel().register(loop.selector, SelectionKey.OP_ACCEPT, acceptor);
    loop.start();
  }

  void start() {
    Thread.ofPlatform().name("selector").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        selector.select(SelectorLoop::call, timeout);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void call(SelectionKey key) {
    var ready = (Ready) key.attachment();
    try {
      if (key.isValid()) {
        ready.ready(key);
      }
    } catch (IOException e) {
      close(key); // a reset, of a client that has what it wants
    }
  }

  static void close(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ((Ready) key.attachment()).closed();
  }

  private void accept(StreamListener listener, Function<SelectionKey, Ready> made)
      throws IOException {
    for (SocketChannel c = listener.accept(); c != null; c = listener.accept()) {
      c.configureBlocking(false);
      if (c.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
        c.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      SelectionKey key = c.register(selector, SelectionKey.OP_READ);
      key.attach(made.apply(key));
    }
  }
}
