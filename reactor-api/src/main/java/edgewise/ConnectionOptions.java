package edgewise;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits and modes of one connection.
 *
 * @param trigger the trigger mode; null for the loop's
 * @param lowWaterBytes {@link Handler#onWritable} is called when the queue has fallen to this; 64
 *     KiB, so that the kernel is never idle while the handler makes more
 * @param highWaterBytes {@link Connection#write} answers false while more than this is queued; 256
 *     KiB, a few times the kernel's usual send buffer. More than four queued files count as above
 *     too, for the descriptors that they hold, and at most one as below
 * @param maxQueuedBytes a connection with more unsent bytes in memory than this is closed: the
 *     handler ignored the high-water mark and its peer does not read; 64 MiB
 * @param maxUnconsumedBytes how many bytes a handler may leave for later, so the longest message
 *     that it can see in one piece; 256 KiB
 * @param noDelay TCP_NODELAY; on, since the loop itself joins the small writes of a turn
 * @param keepAlive SO_KEEPALIVE; off, as in the kernel
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves it to the kernel, which tunes it by itself
 * @param sendBufferBytes SO_SNDBUF; 0 leaves it to the kernel
 * @param connectTimeout how long an outgoing connect may take; 30 seconds
 * @param closeTimeout how long {@link Connection#close} waits for a peer that does not take what is
 *     queued; 10 seconds
 * @param type a stream, or AF_UNIX messages; a stream
 * @param maxDescriptors how many received descriptors may wait for {@link
 *     Connection#takeDescriptor}. 0: none is accepted, the kernel closes what a peer passes. At
 *     most 253, the kernel's limit of a message (SCM_MAX_FD)
 * @param passCredentials SO_PASSCRED: {@link Connection#senderCredentials} tells who sent what is
 *     being delivered; off. AF_UNIX only
 */
public record ConnectionOptions(
    @Nullable Trigger trigger,
    int lowWaterBytes,
    int highWaterBytes,
    int maxQueuedBytes,
    int maxUnconsumedBytes,
    boolean noDelay,
    boolean keepAlive,
    int receiveBufferBytes,
    int sendBufferBytes,
    Duration connectTimeout,
    Duration closeTimeout,
    SocketType type,
    int maxDescriptors,
    boolean passCredentials) {
  /** As many descriptors go with one message: SCM_MAX_FD of the kernel, unix(7). */
  public static final int MAX_DESCRIPTORS = 253;

  /** The options as described above. */
  public static final ConnectionOptions DEFAULT = new Builder().build();

  public ConnectionOptions {
    Limits.atLeast("lowWaterBytes", lowWaterBytes, 0);
    Limits.atLeast("highWaterBytes", highWaterBytes, lowWaterBytes);
    Limits.atLeast("maxQueuedBytes", maxQueuedBytes, highWaterBytes);
    Limits.atLeast("maxUnconsumedBytes", maxUnconsumedBytes, 1);
    Limits.atLeast("receiveBufferBytes", receiveBufferBytes, 0);
    Limits.atLeast("sendBufferBytes", sendBufferBytes, 0);
    Limits.positive("connectTimeout", connectTimeout);
    Limits.positive("closeTimeout", closeTimeout);
    Limits.atLeast("maxDescriptors", maxDescriptors, 0);
    Limits.atMost("maxDescriptors", maxDescriptors, MAX_DESCRIPTORS);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these. */
  public Builder toBuilder() {
    var builder = new Builder();
    builder.trigger = trigger;
    builder.lowWaterBytes = lowWaterBytes;
    builder.highWaterBytes = highWaterBytes;
    builder.maxQueuedBytes = maxQueuedBytes;
    builder.maxUnconsumedBytes = maxUnconsumedBytes;
    builder.noDelay = noDelay;
    builder.keepAlive = keepAlive;
    builder.receiveBufferBytes = receiveBufferBytes;
    builder.sendBufferBytes = sendBufferBytes;
    builder.connectTimeout = connectTimeout;
    builder.closeTimeout = closeTimeout;
    builder.type = type;
    builder.maxDescriptors = maxDescriptors;
    builder.passCredentials = passCredentials;
    return builder;
  }

  /** Sets some options and leaves the rest. */
  public static final class Builder {
    private @Nullable Trigger trigger;
    private int lowWaterBytes = 64 << 10;
    private int highWaterBytes = 256 << 10;
    private int maxQueuedBytes = 64 << 20;
    private int maxUnconsumedBytes = 256 << 10;
    private boolean noDelay = true;
    private boolean keepAlive;
    private int receiveBufferBytes;
    private int sendBufferBytes;
    private Duration connectTimeout = Duration.ofSeconds(30);
    private Duration closeTimeout = Duration.ofSeconds(10);
    private SocketType type = SocketType.STREAM;
    private int maxDescriptors;
    private boolean passCredentials;

    private Builder() {}

    public Builder trigger(@Nullable Trigger mode) {
      trigger = mode;
      return this;
    }

    /** Sets both marks. */
    public Builder waterMarks(int lowBytes, int highBytes) {
      lowWaterBytes = lowBytes;
      highWaterBytes = highBytes;
      return this;
    }

    public Builder maxQueuedBytes(int bytes) {
      maxQueuedBytes = bytes;
      return this;
    }

    public Builder maxUnconsumedBytes(int bytes) {
      maxUnconsumedBytes = bytes;
      return this;
    }

    public Builder noDelay(boolean on) {
      noDelay = on;
      return this;
    }

    public Builder keepAlive(boolean on) {
      keepAlive = on;
      return this;
    }

    public Builder receiveBufferBytes(int bytes) {
      receiveBufferBytes = bytes;
      return this;
    }

    public Builder sendBufferBytes(int bytes) {
      sendBufferBytes = bytes;
      return this;
    }

    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    public Builder closeTimeout(Duration timeout) {
      closeTimeout = timeout;
      return this;
    }

    public Builder type(SocketType kind) {
      type = kind;
      return this;
    }

    public Builder maxDescriptors(int count) {
      maxDescriptors = count;
      return this;
    }

    public Builder passCredentials(boolean on) {
      passCredentials = on;
      return this;
    }

    /** The options. */
    public ConnectionOptions build() {
      return new ConnectionOptions(
          trigger,
          lowWaterBytes,
          highWaterBytes,
          maxQueuedBytes,
          maxUnconsumedBytes,
          noDelay,
          keepAlive,
          receiveBufferBytes,
          sendBufferBytes,
          connectTimeout,
          closeTimeout,
          type,
          maxDescriptors,
          passCredentials);
    }
  }
}
