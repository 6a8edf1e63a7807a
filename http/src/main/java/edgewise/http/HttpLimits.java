package edgewise.http;

import java.time.Duration;

/**
 * How much a client may ask for, and how long it may take. All are on by default. Change some with
 * {@link #builder()}.
 *
 * @param maxRequestLineBytes longer request lines get 414; 8 KiB, which RFC 9112 section 3 asks for
 *     as a minimum
 * @param maxHeaderBytes longer headers, and trailers, get 431; 32 KiB, four times what nginx takes,
 *     since cookies grow
 * @param maxHeaderFields headers with more fields get 431; 100, five times what a browser sends
 * @param maxBodyBytes longer bodies get 413 where they are held in memory as a whole; 1 MiB
 * @param maxStreamedBodyBytes longer bodies get 413 where they are taken piece by piece; 1 GiB
 * @param maxChunkExtensionBytes a body with more octets of chunk extensions gets 400; 8 KiB, since
 *     nobody reads them
 * @param headerTimeout how long a header may take from its first octet to its last, or 408; 10
 *     seconds. Single octets do not extend it, so that a slow client cannot hold a connection
 * @param keepAliveTimeout how long a connection may stand idle between requests; 60 seconds, as
 *     most proxies do
 * @param minBytesPerSecond the least rate at which a body must come over each {@code rateWindow},
 *     and a response be taken over {@code sendTimeout}; 256 octets
 * @param rateWindow over how long that rate is measured; 10 seconds, so that a stall may last that
 *     long
 * @param sendTimeout a response that was taken at less than that rate for so long is cut off; 60
 *     seconds, as in nginx, since a player that has filled its buffer pauses without being gone
 * @param maxRequestsPerConnection the last one is answered with {@code Connection: close}; 100,000,
 *     so that no client keeps to one loop for ever
 * @param lingerTimeout how long after an error or the last response the client may go on sending
 *     before the connection is closed all the same; 5 seconds
 * @param maxConnectionsPerClient further ones of the same address get 503; 1,000, which a person
 *     never needs and a large office behind one address may. An IPv6 client is its first 64 bits;
 *     loopback and unix sockets are not counted, since proxies are behind them. How many there are
 *     in total is said by {@link edgewise.ListenOptions#maxConnections()}
 * @param stallTime a handler that holds up its loop for longer is reported in the log with its
 *     stack trace; 1 second, which clients begin to notice
 */
public record HttpLimits(
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxHeaderFields,
    int maxBodyBytes,
    long maxStreamedBodyBytes,
    int maxChunkExtensionBytes,
    Duration headerTimeout,
    Duration keepAliveTimeout,
    int minBytesPerSecond,
    Duration rateWindow,
    Duration sendTimeout,
    int maxRequestsPerConnection,
    Duration lingerTimeout,
    int maxConnectionsPerClient,
    Duration stallTime) {
  /** The limits as described above. */
  public static final HttpLimits DEFAULT = new Builder().build();

  public HttpLimits {
    atLeast("maxRequestLineBytes", maxRequestLineBytes, 32);
    atLeast("maxHeaderBytes", maxHeaderBytes, 32);
    atLeast("maxHeaderFields", maxHeaderFields, 1);
    atLeast("maxBodyBytes", maxBodyBytes, 0);
    if (maxStreamedBodyBytes < maxBodyBytes) {
      throw new IllegalArgumentException(
          "maxStreamedBodyBytes = %d must not be below maxBodyBytes = %d"
              .formatted(maxStreamedBodyBytes, maxBodyBytes));
    }
    atLeast("maxChunkExtensionBytes", maxChunkExtensionBytes, 0);
    positive("headerTimeout", headerTimeout);
    positive("keepAliveTimeout", keepAliveTimeout);
    atLeast("minBytesPerSecond", minBytesPerSecond, 1);
    positive("rateWindow", rateWindow);
    positive("sendTimeout", sendTimeout);
    atLeast("maxRequestsPerConnection", maxRequestsPerConnection, 1);
    positive("lingerTimeout", lingerTimeout);
    atLeast("maxConnectionsPerClient", maxConnectionsPerClient, 1);
    positive("stallTime", stallTime);
  }

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }

  /** The octets of a body that must come within each {@link #rateWindow}; at least one. */
  long minBytesPerWindow() {
    return Math.max(1, rateWindow.toMillis() * minBytesPerSecond / 1000);
  }

  /** The octets of a response that must be taken within each {@link #sendTimeout}; at least one. */
  long minBytesPerSend() {
    return Math.max(1, sendTimeout.toMillis() * minBytesPerSecond / 1000);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets some limits and leaves the rest as they are by default. */
  public static final class Builder {
    private int maxRequestLineBytes = 8 << 10;
    private int maxHeaderBytes = 32 << 10;
    private int maxHeaderFields = 100;
    private int maxBodyBytes = 1 << 20;
    private long maxStreamedBodyBytes = 1L << 30;
    private int maxChunkExtensionBytes = 8 << 10;
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration keepAliveTimeout = Duration.ofSeconds(60);
    private int minBytesPerSecond = 256;
    private Duration rateWindow = Duration.ofSeconds(10);
    private Duration sendTimeout = Duration.ofSeconds(60);
    private int maxRequestsPerConnection = 100_000;
    private Duration lingerTimeout = Duration.ofSeconds(5);
    private int maxConnectionsPerClient = 1000;
    private Duration stallTime = Duration.ofSeconds(1);

    private Builder() {}

    public Builder maxRequestLineBytes(int bytes) {
      maxRequestLineBytes = bytes;
      return this;
    }

    public Builder maxHeaderBytes(int bytes) {
      maxHeaderBytes = bytes;
      return this;
    }

    public Builder maxHeaderFields(int count) {
      maxHeaderFields = count;
      return this;
    }

    public Builder maxBodyBytes(int bytes) {
      maxBodyBytes = bytes;
      return this;
    }

    public Builder maxStreamedBodyBytes(long bytes) {
      maxStreamedBodyBytes = bytes;
      return this;
    }

    public Builder maxChunkExtensionBytes(int bytes) {
      maxChunkExtensionBytes = bytes;
      return this;
    }

    public Builder headerTimeout(Duration timeout) {
      headerTimeout = timeout;
      return this;
    }

    public Builder keepAliveTimeout(Duration timeout) {
      keepAliveTimeout = timeout;
      return this;
    }

    /**
     * Sets the least rate of a body, and of a response, and over how long that of a body is
     * measured.
     */
    public Builder minRate(int bytesPerSecond, Duration window) {
      minBytesPerSecond = bytesPerSecond;
      rateWindow = window;
      return this;
    }

    public Builder sendTimeout(Duration timeout) {
      sendTimeout = timeout;
      return this;
    }

    public Builder maxRequestsPerConnection(int count) {
      maxRequestsPerConnection = count;
      return this;
    }

    public Builder lingerTimeout(Duration timeout) {
      lingerTimeout = timeout;
      return this;
    }

    public Builder maxConnectionsPerClient(int count) {
      maxConnectionsPerClient = count;
      return this;
    }

    public Builder stallTime(Duration time) {
      stallTime = time;
      return this;
    }

    /** The limits. */
    public HttpLimits build() {
      return new HttpLimits(
          maxRequestLineBytes,
          maxHeaderBytes,
          maxHeaderFields,
          maxBodyBytes,
          maxStreamedBodyBytes,
          maxChunkExtensionBytes,
          headerTimeout,
          keepAliveTimeout,
          minBytesPerSecond,
          rateWindow,
          sendTimeout,
          maxRequestsPerConnection,
          lingerTimeout,
          maxConnectionsPerClient,
          stallTime);
    }
  }
}
