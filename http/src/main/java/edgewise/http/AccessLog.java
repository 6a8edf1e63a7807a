package edgewise.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line for each response, in the combined log format of Apache's mod_log_config:
 *
 * <pre>
 * 192.0.2.7 - - [21/Nov/2026:13:09:59 +0000] "GET /a?b HTTP/1.1" 200 512 "-" "curl/8.14.1"
 * </pre>
 *
 * <p>The time is that of the request's beginning, in UTC. The length is that of the body, with a
 * dash for none. What a client sends cannot forge a line: double quotes, backslashes, control
 * characters and all that is not ASCII are written as {@code \xHH}.
 *
 * <p>It never makes a loop wait: a loop copies its line into a queue in memory, and one thread of
 * the log writes many lines at a time. The lock between them is held for a copy, never for a write.
 * Where the output is too slow for the queue, or fails, lines are dropped, counted, and a warning
 * says so at most once a minute.
 *
 * <p>Methods may be called from any thread. After {@link #close} lines are dropped.
 */
public final class AccessLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** A write to a file keeps a direct buffer as long as itself on its thread. */
  private static final int MAX_WRITE_BYTES = 64 << 10;

  /** Lines that are written together. */
  private static final class Batch {
    final byte[] octets;
    int length;
    int lines;

    Batch(int capacity) {
      octets = new byte[capacity];
    }
  }

  private final AccessLogOptions options;
  private final @Nullable Path file;

  /** One for each loop. */
  @SuppressWarnings("ThreadLocalUsage") // their size is this log's option
  private final ThreadLocal<AccessLine> lines;

  private final DropCount drops;
  private final Thread writer;

  private final Object lock = new Object();

  // Under the lock.
  private Batch filling;
  private Batch writing;
  private @Nullable OutputStream reopened;
  private boolean closed;

  /** The writer's own. */
  private OutputStream output;

  private volatile boolean abandoned;
  private volatile @Nullable Exception failure;

  private AccessLog(OutputStream output, @Nullable Path file, AccessLogOptions options) {
    this.output = output;
    this.file = file;
    this.options = options;
    lines = ThreadLocal.withInitial(() -> new AccessLine(options.maxFieldBytes()));
    drops = new DropCount(System::nanoTime, this::warn);
    filling = new Batch(options.maxQueuedBytes() / 2);
    writing = new Batch(options.maxQueuedBytes() / 2);
    writer = Thread.ofPlatform().daemon().name("edgewise-access-log").unstarted(this::run);
  }

  /**
   * A log that is appended to a file, which is created if it is missing.
   *
   * @throws IOException if it cannot be opened
   */
  public static AccessLog toFile(Path file) throws IOException {
    return toFile(file, AccessLogOptions.DEFAULT);
  }

  /**
   * A log that is appended to a file, which is created if it is missing.
   *
   * @throws IOException if it cannot be opened
   */
  public static AccessLog toFile(Path file, AccessLogOptions options) throws IOException {
    return started(new AccessLog(open(file), file, options));
  }

  /** A log to a stream, such as {@code System.out}, which is flushed but never closed. */
  public static AccessLog to(OutputStream stream) {
    return to(stream, AccessLogOptions.DEFAULT);
  }

  /** A log to a stream, such as {@code System.out}, which is flushed but never closed. */
  public static AccessLog to(OutputStream stream, AccessLogOptions options) {
    return started(new AccessLog(stream, null, options));
  }

  private static AccessLog started(AccessLog log) {
    log.writer.start();
    return log;
  }

  private static OutputStream open(Path file) throws IOException {
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  // --- what loops call

  /**
   * A response has been written. Does not block.
   *
   * @param request still valid
   * @param remoteAddress of the client
   * @param bodyBytes of the response
   * @param startNanos when the request began, by {@link System#nanoTime()}
   */
  public void answered(
      Request request, String remoteAddress, int status, long bodyBytes, long startNanos) {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    AccessLine line = lines.get();
    line.begin(remoteAddress, Math.floorDiv(System.currentTimeMillis() - millis, 1000L));
    line.request(request.method(), request.target(), request.version());
    line.end(status, bodyBytes, request.header("Referer"), request.header("User-Agent"));
    offer(line);
  }

  /** Something that was not a request has been refused. Does not block. */
  public void refused(String remoteAddress, int status, long bodyBytes) {
    AccessLine line = lines.get();
    line.begin(remoteAddress, Math.floorDiv(System.currentTimeMillis(), 1000L));
    line.noRequest();
    line.end(status, bodyBytes, null, null);
    offer(line);
  }

  private void offer(AccessLine line) {
    boolean queued;
    synchronized (lock) {
      int before = filling.length;
      queued = !closed && filling.octets.length - before >= line.length();
      if (queued) {
        line.copyTo(filling.octets, before);
        filling.length = before + line.length();
        filling.lines++;
        if (before == 0 || (isHalfFull(filling.length) && !isHalfFull(before))) {
          lock.notifyAll(); // twice per batch at most: a wake-up is a system call
        }
      }
    }
    if (!queued) {
      drops.add(1);
    }
  }

  private boolean isHalfFull(int length) {
    return length >= options.maxQueuedBytes() / 4;
  }

  // --- the writer

  private void run() {
    try {
      while (takeBatch()) {
        adoptReopened();
        write(writing);
      }
    } catch (InterruptedException e) {
      LOG.debug("the access log was closed before all was written");
    } finally {
      adoptReopened();
      closeOutput();
    }
  }

  /** Waits for lines, and for more of them. False if the log is closed and none are left. */
  private boolean takeBatch() throws InterruptedException {
    synchronized (lock) {
      while (filling.length == 0 && reopened == null && !closed) {
        lock.wait();
      }
      long until = System.nanoTime() + options.flushInterval().toNanos();
      long left = until - System.nanoTime();
      while (left > 0 && !isHalfFull(filling.length) && reopened == null && !closed) {
        TimeUnit.NANOSECONDS.timedWait(lock, left);
        left = until - System.nanoTime();
      }
      Batch full = filling;
      filling = writing;
      filling.length = 0;
      filling.lines = 0;
      writing = full;
      return full.length > 0 || !closed;
    }
  }

  private void adoptReopened() {
    OutputStream fresh;
    synchronized (lock) {
      fresh = reopened;
      reopened = null;
    }
    if (fresh != null) {
      closeOutput(); // not under the lock: it may block
      output = fresh;
    }
  }

  private void write(Batch batch) {
    try {
      for (int at = 0; at < batch.length; at += MAX_WRITE_BYTES) {
        output.write(batch.octets, at, Math.min(MAX_WRITE_BYTES, batch.length - at));
      }
      output.flush();
    } catch (IOException | RuntimeException e) { // the stream is the user's
      if (!abandoned) {
        failure = e;
        drops.add(batch.lines);
      }
    }
  }

  private void closeOutput() {
    if (file == null) {
      return;
    }
    try {
      output.close();
    } catch (IOException e) {
      LOG.warn("cannot close the access log {}", file, e);
    }
  }

  private void warn(long total) {
    LOG.warn(
        "{} lines of the access log were dropped so far: its output is too slow, or fails",
        total,
        failure);
  }

  // --- what others call

  /** How many lines were dropped. */
  public long dropped() {
    return drops.total();
  }

  /**
   * Opens the file anew, after it was renamed to rotate it; the old one is closed soon after. Lines
   * that are queued go to the new one. Nothing happens for a stream.
   *
   * @throws IOException if it cannot be opened: then the old one stays in use
   * @throws IllegalStateException if the log is closed
   */
  public void reopen() throws IOException {
    if (file == null) {
      return;
    }
    OutputStream fresh = open(file);
    OutputStream unused;
    boolean late;
    synchronized (lock) {
      late = closed;
      unused = late ? fresh : reopened;
      reopened = late ? reopened : fresh;
      lock.notifyAll();
    }
    if (unused != null) {
      unused.close();
    }
    if (late) {
      throw new IllegalStateException("the access log is closed");
    }
  }

  /**
   * Writes what is queued, for as long as {@link AccessLogOptions#closeTimeout}, and closes the
   * file. What is left then is dropped and counted. A second call does nothing.
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      lock.notifyAll();
    }
    if (!ended()) {
      abandon();
    }
    drops.reportRest();
  }

  private boolean ended() {
    try {
      return writer.join(options.closeTimeout());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever is in a hurry gets it
      return false;
    }
  }

  /** The interrupt ends a write to a file; a stream that blocks keeps its daemon thread. */
  private void abandon() {
    abandoned = true;
    synchronized (lock) {
      drops.add(filling.lines + writing.lines);
      filling.length = 0;
      filling.lines = 0;
    }
    writer.interrupt();
  }
}
