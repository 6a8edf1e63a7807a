package edgewise;

import java.net.NetworkInterface;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits and modes of one datagram socket.
 *
 * @param trigger the trigger mode; null for the loop's
 * @param maxDatagramBytes what is received of one datagram; the rest is cut off, and that is told.
 *     65,535: no UDP datagram is longer. AF_UNIX has longer ones, up to the sender's buffer
 * @param batch datagrams that one recvmmsg(2) takes; 32, which divides the cost of a call by as
 *     many. The loop's memory for receiving is the product of the two, 2 MiB
 * @param datagramsPerTurn datagrams that the socket may receive in one turn before other channels
 *     have theirs; 256. The bytes are limited by {@link LoopOptions#readBudgetBytes()}; both are
 *     looked at between two batches
 * @param segmentation whether UDP datagrams of one size to one destination go to the kernel in one
 *     piece (UDP_SEGMENT, udp(7)) where it can cut them; on
 * @param coalescing whether the kernel may hand UDP datagrams of one sender and size over in one
 *     piece (UDP_GRO), which is cut again before the handler sees it; off, as it delays nothing but
 *     pays only with several datagrams of one sender at a time
 * @param maxQueuedDatagrams datagrams that wait for the kernel to take them; 1024. {@link
 *     DatagramSocket#send} refuses more
 * @param maxQueuedBytes the same in bytes; 4 MiB
 * @param sendTimeout how long a datagram waits before it is given up, which is told to {@link
 *     DatagramHandler#onError}; 5 seconds, what DNS clients wait. An AF_UNIX receiver that does not
 *     read thus costs its own datagrams only
 * @param reuseAddress SO_REUSEADDR: several sockets on one multicast port; off
 * @param reusePort SO_REUSEPORT: several sockets share a port, and the kernel chooses by a hash of
 *     the addresses; off
 * @param broadcast SO_BROADCAST; off
 * @param multicastLoop whether what is sent to a group comes back to members on this machine; on
 * @param multicastTtl how many routers what is sent to a group may pass, plus one; 1, the local
 *     network, as RFC 1112 section 6.1 says
 * @param multicastInterface where what is sent to a group goes out; null leaves it to the routes
 * @param receiveBufferBytes SO_RCVBUF; 0 leaves it to the kernel (net.core.rmem_default)
 * @param sendBufferBytes SO_SNDBUF; 0 leaves it to the kernel
 * @param networkErrors whether ICMP errors come to {@link DatagramHandler#onError} also while the
 *     socket is not connected (IP_RECVERR, ip(7)), where the backend can; on
 * @param maxDescriptors file descriptors that are accepted with one AF_UNIX datagram; 0: whoever
 *     sends descriptors fills our table
 * @param passCredentials SO_PASSCRED: each AF_UNIX datagram tells who sent it; off
 * @param socketFile mode, owner and group of an AF_UNIX socket file, which decide who may send
 */
public record DatagramOptions(
    @Nullable Trigger trigger,
    int maxDatagramBytes,
    int batch,
    int datagramsPerTurn,
    boolean segmentation,
    boolean coalescing,
    int maxQueuedDatagrams,
    int maxQueuedBytes,
    Duration sendTimeout,
    boolean reuseAddress,
    boolean reusePort,
    boolean broadcast,
    boolean multicastLoop,
    int multicastTtl,
    @Nullable NetworkInterface multicastInterface,
    int receiveBufferBytes,
    int sendBufferBytes,
    boolean networkErrors,
    int maxDescriptors,
    boolean passCredentials,
    SocketFileOptions socketFile) {
  /** The longest datagram that can be asked for: 16 MiB. */
  public static final int DATAGRAM_BYTES_LIMIT = 16 << 20;

  /**
   * The most that a loop keeps to receive the datagrams of one socket, 64 MiB; it never shrinks.
   */
  private static final long MAX_BATCH_BYTES = 64L << 20;

  /** The options as described above. */
  public static final DatagramOptions DEFAULT = new Builder().build();

  public DatagramOptions {
    Limits.between("maxDatagramBytes", maxDatagramBytes, 1, DATAGRAM_BYTES_LIMIT);
    Limits.between("batch", batch, 1, 1024);
    if ((long) batch * maxDatagramBytes > MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "batch = %d datagrams of maxDatagramBytes = %d are more than %d bytes; lower one of them"
              .formatted(batch, maxDatagramBytes, MAX_BATCH_BYTES));
    }
    Limits.atLeast("datagramsPerTurn", datagramsPerTurn, 1);
    Limits.atLeast("maxQueuedDatagrams", maxQueuedDatagrams, 1);
    Limits.atLeast("maxQueuedBytes", maxQueuedBytes, 1);
    Limits.positive("sendTimeout", sendTimeout);
    Limits.between("multicastTtl", multicastTtl, 0, 255);
    Limits.atLeast("receiveBufferBytes", receiveBufferBytes, 0);
    Limits.atLeast("sendBufferBytes", sendBufferBytes, 0);
    Limits.between("maxDescriptors", maxDescriptors, 0, ConnectionOptions.MAX_DESCRIPTORS);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets some options and leaves the rest as they are by default. */
  public static final class Builder {
    private @Nullable Trigger trigger;
    private int maxDatagramBytes = 65_535;
    private int batch = 32;
    private int datagramsPerTurn = 256;
    private boolean segmentation = true;
    private boolean coalescing;
    private int maxQueuedDatagrams = 1024;
    private int maxQueuedBytes = 4 << 20;
    private Duration sendTimeout = Duration.ofSeconds(5);
    private boolean reuseAddress;
    private boolean reusePort;
    private boolean broadcast;
    private boolean multicastLoop = true;
    private int multicastTtl = 1;
    private @Nullable NetworkInterface multicastInterface;
    private int receiveBufferBytes;
    private int sendBufferBytes;
    private boolean networkErrors = true;
    private int maxDescriptors;
    private boolean passCredentials;
    private SocketFileOptions socketFile = SocketFileOptions.DEFAULT;

    private Builder() {}

    public Builder trigger(@Nullable Trigger mode) {
      trigger = mode;
      return this;
    }

    public Builder maxDatagramBytes(int bytes) {
      maxDatagramBytes = bytes;
      return this;
    }

    public Builder batch(int datagrams) {
      batch = datagrams;
      return this;
    }

    public Builder datagramsPerTurn(int datagrams) {
      datagramsPerTurn = datagrams;
      return this;
    }

    public Builder segmentation(boolean on) {
      segmentation = on;
      return this;
    }

    public Builder coalescing(boolean on) {
      coalescing = on;
      return this;
    }

    /** Sets both limits of the queue. */
    public Builder maxQueued(int datagrams, int bytes) {
      maxQueuedDatagrams = datagrams;
      maxQueuedBytes = bytes;
      return this;
    }

    public Builder sendTimeout(Duration timeout) {
      sendTimeout = timeout;
      return this;
    }

    public Builder reuseAddress(boolean on) {
      reuseAddress = on;
      return this;
    }

    public Builder reusePort(boolean on) {
      reusePort = on;
      return this;
    }

    public Builder broadcast(boolean on) {
      broadcast = on;
      return this;
    }

    public Builder multicastLoop(boolean on) {
      multicastLoop = on;
      return this;
    }

    public Builder multicastTtl(int hops) {
      multicastTtl = hops;
      return this;
    }

    public Builder multicastInterface(@Nullable NetworkInterface out) {
      multicastInterface = out;
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

    public Builder networkErrors(boolean on) {
      networkErrors = on;
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

    public Builder socketFile(SocketFileOptions how) {
      socketFile = how;
      return this;
    }

    /** The options. */
    public DatagramOptions build() {
      return new DatagramOptions(
          trigger,
          maxDatagramBytes,
          batch,
          datagramsPerTurn,
          segmentation,
          coalescing,
          maxQueuedDatagrams,
          maxQueuedBytes,
          sendTimeout,
          reuseAddress,
          reusePort,
          broadcast,
          multicastLoop,
          multicastTtl,
          multicastInterface,
          receiveBufferBytes,
          sendBufferBytes,
          networkErrors,
          maxDescriptors,
          passCredentials,
          socketFile);
    }
  }
}
