package edgewise.http;

import edgewise.EventLoop;
import edgewise.Timer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The stream of server-sent events to one client, WHATWG HTML section 9.2. Thread-safe: events may
 * be sent from any thread, and leave in the order of the calls of one thread. A heartbeat goes out
 * when nothing else did for 15 seconds, so that a client that is gone is noticed.
 *
 * <p>A client that does not take its events is not buffered for: {@link #send} answers false, and
 * that event is dropped. Whoever cannot do without it closes the stream; the client then connects
 * again and says by Last-Event-ID how far it came.
 */
public final class EventStream {
  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(15);

  /** Events on their way to the loop; more means that the loop cannot follow. */
  private static final int MAX_UNDER_WAY = 1024;

  private final Consumer<EventStream> opened;
  private final AtomicInteger underWay = new AtomicInteger();

  /** Above the connection's high-water mark: the client has to catch up first. */
  private volatile boolean full;

  private volatile boolean closed;
  private volatile @Nullable EventLoop loop;
  private volatile @Nullable Runnable onClose;

  // On the loop.
  private @Nullable BodyWriter out;
  private @Nullable Timer heartbeat;

  private EventStream(Consumer<EventStream> opened) {
    this.opened = opened;
  }

  /** See {@link Response#events}. */
  static Response response(Consumer<EventStream> opened) {
    return Response.stream(ServerSentEvent.CONTENT_TYPE, new EventStream(opened).source())
        .header("Cache-Control", "no-cache");
  }

  // --- any thread

  /**
   * Sends an event.
   *
   * @return false if it was dropped, because the client has not taken those before or is gone
   */
  public boolean send(ServerSentEvent event) {
    return send(event.octets());
  }

  /** Sends events that were encoded before, as those for many clients are, once for all of them. */
  public boolean send(byte[] octets) {
    EventLoop on = loop;
    if (closed || full || on == null || underWay.get() >= MAX_UNDER_WAY) {
      return false;
    }
    if (on.inLoop()) {
      write(octets);
      return true;
    }
    underWay.incrementAndGet();
    return execute(
        on,
        () -> {
          underWay.decrementAndGet();
          write(octets);
        });
  }

  /** Ends the stream after what was sent. Harmless when repeated. */
  public void close() {
    EventLoop on = loop;
    if (on != null) {
      execute(on, this::end);
    }
  }

  private static boolean execute(EventLoop loop, Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false; // it has ended, and the connection with it
    }
  }

  /** Whether the client is still there, as far as is known. */
  public boolean isOpen() {
    return !closed;
  }

  /**
   * Calls this once when the stream is closed, from whichever end: on the loop, or at once if it is
   * closed already.
   */
  public void onClose(Runnable action) {
    onClose = action;
    if (closed) {
      tellClosed();
    }
  }

  private void tellClosed() {
    Runnable action;
    synchronized (this) {
      action = onClose;
      onClose = null;
    }
    if (action != null) {
      action.run();
    }
  }

  // --- on the loop

  private void write(byte[] octets) {
    if (out != null && out.isOpen()) {
      full = !out.write(octets);
      if (heartbeat != null) {
        heartbeat.set(HEARTBEAT_INTERVAL);
      }
    }
  }

  private void beat() {
    if (!full) {
      write(ServerSentEvent.HEARTBEAT.octets());
    } else if (heartbeat != null) {
      heartbeat.set(HEARTBEAT_INTERVAL);
    }
  }

  private void end() {
    if (out != null) {
      out.end();
    }
  }

  private BodySource source() {
    return new BodySource() {
      @Override
      public void produce(BodyWriter writer) {
        full = false;
        if (out == null) {
          begin(writer);
        }
      }

      @Override
      public void stop(BodyWriter writer) {
        writer.end();
      }

      @Override
      public void close(@Nullable Throwable cause) {
        closed = true;
        out = null;
        if (heartbeat != null) {
          heartbeat.cancel();
        }
        tellClosed();
      }
    };
  }

  private void begin(BodyWriter writer) {
    out = writer;
    loop = writer.loop();
    heartbeat = writer.loop().timer(this::beat);
    heartbeat.set(HEARTBEAT_INTERVAL);
    opened.accept(this);
  }
}
