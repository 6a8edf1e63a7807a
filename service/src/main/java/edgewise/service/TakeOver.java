package edgewise.service;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.linux.Unistd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the listening sockets of a running server that offers them ({@link HandOver}).
 *
 * <pre>{@code
 * try (TakeOver old = TakeOver.ask(loop, Endpoint.parse("unix:/run/app.control"), patience)) {
 *   old.sockets().forEach(socket -> builder.listen(socket.descriptor()));
 *   HttpServer server = builder.start(); // now both accept
 *   old.ready(offered, false, patience); // now only this one does
 * }
 * }</pre>
 *
 * <p>Methods may be called by any thread but a loop's. What is not used is closed with it; who
 * closes it before it is ready leaves everything to the old server.
 */
public final class TakeOver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

  /** A server listens on a few addresses, by a few loops each. */
  private static final int MAX_SOCKETS = 1024;

  private final EventLoop loop;
  private final Endpoint from;
  private final List<Inherited> sockets = new ArrayList<>();
  private @Nullable Descriptor control;

  /** The sockets have come. */
  private final CompletableFuture<Boolean> offered = new CompletableFuture<>();

  /** The other one has let go, true, or is gone, false. */
  private final CompletableFuture<Boolean> taken = new CompletableFuture<>();

  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private int announced = -1;
  private @Nullable Connection connection;

  /** How a master wants a worker to end. */
  public enum Ending {
    /** Others go on with the sockets: accept no more and drain. */
    DRAIN,
    /** The whole service stops. */
    STOP,
    /** The master is gone, and the service with it. */
    GONE
  }

  private TakeOver(EventLoop loop, Endpoint from) {
    this.loop = loop;
    this.from = from;
  }

  /**
   * Asks for the sockets and waits for them.
   *
   * @param loop runs the connection, until {@link #close}
   * @param from the control socket
   * @throws IOException if nobody offers sockets there, it refuses, or does not answer in time
   * @throws UnsupportedOperationException if the loop's backend cannot receive descriptors
   */
  public static TakeOver ask(EventLoop loop, Endpoint from, Duration atMost) throws IOException {
    var takeOver = new TakeOver(loop, from);
    var how =
        ConnectionOptions.builder()
            .maxDescriptors(ConnectionOptions.MAX_DESCRIPTORS)
            .maxUnconsumedBytes(Lines.MAX_BYTES + 1)
            .connectTimeout(atMost)
            .build();
    try {
      HandOver.call(
          loop, () -> takeOver.connection = loop.connect(from, how, takeOver.new Taking()));
      takeOver.await(takeOver.offered, atMost);
      return takeOver;
    } catch (Throwable t) {
      takeOver.close();
      throw t;
    }
  }

  /** The sockets, in the order in which the other process lists them; see {@link Inherited}. */
  public List<Inherited> sockets() {
    return List.copyOf(sockets);
  }

  /** The control socket itself; null from a master, which keeps it. Owned by this object. */
  public @Nullable Descriptor control() {
    return control;
  }

  /**
   * Says that this process accepts, and waits until the other does no more. From then on the socket
   * files are this process's.
   *
   * @param mine what listens on the sockets now
   * @param withControl whether this process goes on to listen on {@link #control}
   * @return false if the other process is gone, or does not answer in time: it may still accept for
   *     a while, which makes no difference to this one
   * @throws IOException if the other process goes on: it was too late, or that one is stopping.
   *     This one has to let go
   */
  public boolean ready(List<Offered> mine, boolean withControl, Duration atMost)
      throws IOException {
    HandOver.call(
        loop,
        () -> {
          if (connection != null && connection.isOpen()) {
            if (withControl) {
              Lines.write(connection, Lines.READY, Lines.CONTROL);
            } else {
              Lines.write(connection, Lines.READY);
            }
          }
          return true;
        });
    boolean told = awaitLettingGo(atMost);
    for (Offered each : mine) {
      each.removeFile(true).join();
    }
    return told;
  }

  /**
   * When and how this process, a worker, is to end. Completes on the loop, so what follows must not
   * wait, or has to be asynchronous.
   */
  public CompletableFuture<Ending> ending() {
    return ending;
  }

  /** Once it is ready there is no way back but to be refused: silence is none. */
  private boolean awaitLettingGo(Duration atMost) throws IOException {
    try {
      return taken.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} has not said that it accepts no more; going on", from, e);
      return false;
    } catch (ExecutionException e) {
      throw new IOException(from + ": " + message(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean await(CompletableFuture<Boolean> what, Duration atMost) throws IOException {
    try {
      return what.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s does not answer within %d ms".formatted(from, atMost.toMillis()), e);
    } catch (ExecutionException e) {
      throw new IOException(from + ": " + message(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static @Nullable String message(@Nullable Throwable failure) {
    return failure == null ? null : failure.getMessage();
  }

  /** Closes the connection, and the sockets that nobody listens on. Idempotent. */
  @Override
  public void close() {
    try {
      loop.execute(() -> {
        if (connection != null) {
          connection.close();
        }
        closeSockets();
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended, and the connection with it", e);
      closeSockets();
    }
  }

  private void closeSockets() {
    sockets.forEach(socket -> socket.descriptor().close());
    if (control != null) {
      control.close();
    }
  }

  /** The taker's side of the connection; on the loop. */
  private final class Taking implements Handler {
    @Override
    public void onOpen(Connection self) throws IOException {
      long peer = self.peerCredentials().uid();
      if (peer == 0 || peer == Unistd.geteuid()) {
        Lines.write(self, Lines.TAKE_OVER.toArray(String[]::new));
      } else {
        fail(self, new IOException("it belongs to user " + peer + ", who is not trusted"));
      }
    }

    @Override
    public void onData(Connection self, ByteBuffer in) {
      try {
        for (List<String> words = Lines.read(in); words != null; words = Lines.read(in)) {
          take(self, words);
        }
      } catch (IOException e) {
        fail(self, e);
        in.position(in.limit());
      }
    }

    private void take(Connection self, List<String> words) throws IOException {
      switch (words.getFirst()) {
        case Lines.OFFER -> announced = announced(words);
        case Lines.LISTEN -> sockets.add(inherited(words, socket(self)));
        case Lines.CONTROL -> control = socket(self);
        case Lines.END -> complete();
        case Lines.TAKEN -> taken.complete(true);
        case Lines.DRAIN -> ending.complete(Ending.DRAIN);
        case Lines.STOP -> ending.complete(Ending.STOP);
        case Lines.REFUSED -> throw new IOException("refused: " + words.getLast());
        default -> throw new IOException("it said what is not understood: " + words);
      }
    }

    private int announced(List<String> words) throws IOException {
      String count = words.getLast();
      if (!count.matches("[0-9]{1,4}") || Integer.parseInt(count) > MAX_SOCKETS) {
        throw new IOException("it offers " + count + " sockets, more than " + MAX_SOCKETS);
      }
      return Integer.parseInt(count);
    }

    private Descriptor socket(Connection self) throws IOException {
      Descriptor socket = sockets.size() < MAX_SOCKETS ? self.takeDescriptor() : null;
      if (socket == null) { // MSG_CTRUNC: no number was free
        throw new IOException("a socket was announced and did not come: too many are open here");
      }
      return socket;
    }

    private static Inherited inherited(List<String> words, Descriptor socket) throws IOException {
      try {
        if (words.size() != 3) {
          throw new IOException("it said what is not understood: " + words);
        }
        boolean ownsFile = words.getLast().equals(Lines.FILE);
        return new Inherited(words.get(1), LocalAddress.of(socket.fd()), ownsFile, socket);
      } catch (Throwable t) {
        socket.close();
        throw t;
      }
    }

    private void complete() throws IOException {
      if (sockets.size() != announced) {
        throw new IOException(
            "it offered %d sockets and passed %d".formatted(announced, sockets.size()));
      }
      offered.complete(true);
    }

    private void fail(Connection self, IOException cause) {
      offered.completeExceptionally(cause);
      taken.completeExceptionally(cause);
      self.close();
    }

    /** One that is gone without a word has let go of its sockets, too. */
    @Override
    public void onClose(Connection self, @Nullable Throwable cause) {
      offered.completeExceptionally(
          cause != null ? cause : new IOException("it ended before it passed its sockets"));
      taken.complete(false);
      ending.complete(Ending.GONE);
    }
  }
}
