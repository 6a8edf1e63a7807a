package edgewise.service;

import edgewise.Acceptor;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.Reactor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listeners of this process that others may have.
 *
 * @param name by which the other process knows them: what the command line called them, rather than
 *     what they are bound to
 * @param listeners all that listen there: a connection waits in the queue of one of them
 * @param ownsFile whether their socket file, if they have one, is this server's to remove
 */
public record Offered(String name, List<Listener> listeners, boolean ownsFile) {
  private static final Logger LOG = LoggerFactory.getLogger(Offered.class);

  private static final Acceptor NOBODY =
      connection -> {
        throw new IllegalStateException("a master accepts nothing");
      };

  public Offered {
    listeners = List.copyOf(listeners);
  }

  /** All listeners of an address. */
  public Offered(String name, Reactor.Listening listening, boolean ownsFile) {
    this(name, listening.listeners(), ownsFile);
  }

  /**
   * Listens and accepts nothing, as a master of {@link Workers} does. Any thread but the loop's.
   *
   * @throws IOException if it cannot listen there
   */
  public static Offered paused(EventLoop loop, String name, Endpoint at, ListenOptions how)
      throws IOException {
    return paused(loop, name, true, () -> loop.listen(at, how, NOBODY));
  }

  /** The same on a socket that another process has made. */
  public static Offered paused(EventLoop loop, String name, Inherited socket) throws IOException {
    return paused(
        loop,
        name,
        socket.ownsFile(),
        () -> loop.listen(socket.descriptor(), ListenOptions.DEFAULT, NOBODY));
  }

  private static Offered paused(
      EventLoop loop, String name, boolean ownsFile, Callable<Listener> listen) throws IOException {
    Listener listener =
        HandOver.call(
            loop,
            () -> {
              Listener made = listen.call();
              made.pause(); // in the turn in which it was made, before anything is accepted
              return made;
            });
    return new Offered(name, List.of(listener), ownsFile);
  }

  /** A duplicate of a listener's socket, made on the listener's loop. Any thread. */
  static CompletableFuture<Descriptor> duplicate(Listener listener) {
    return onLoop(listener, listener::duplicate);
  }

  /** Leaves the socket files to somebody else, or takes them over. Any thread; does not wait. */
  CompletableFuture<Void> removeFile(boolean onClose) {
    var all = new ArrayList<CompletableFuture<?>>();
    for (Listener listener : listeners) {
      if (ownsFile && listener.endpoint() instanceof Endpoint.Unix) {
        all.add(removeFile(listener, onClose));
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  private static CompletableFuture<Boolean> removeFile(Listener listener, boolean onClose) {
    return onLoop(
        listener,
        () -> {
          leaveOrOwnFile(listener, onClose);
          return true;
        });
  }

  /** A file that somebody has removed is no reason to stop: the old server has let go. */
  static void leaveOrOwnFile(Listener listener, boolean onClose) {
    try {
      listener.removeSocketFile(onClose);
    } catch (IOException e) {
      LOG.warn("{} goes on, but its socket file is not there", listener, e);
    }
  }

  private static <T> CompletableFuture<T> onLoop(Listener listener, Callable<T> action) {
    var result = new CompletableFuture<T>();
    try {
      listener
          .loop()
          .execute(() -> {
            try {
              result.complete(action.call());
            } catch (Exception e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new IOException("the loop of " + listener + " has ended", e));
    }
    return result;
  }
}
