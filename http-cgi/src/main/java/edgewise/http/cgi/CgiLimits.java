package edgewise.http.cgi;

import java.time.Duration;

/**
 * How much a program may say, and how long it may take. All are on by default. Change some with
 * {@link #builder()}.
 *
 * @param maxRunning further requests get 503 while so many programs of this handler run; 64, since
 *     each is a process with memory of its own
 * @param maxHeaderBytes a program whose header is longer is ended, and the answer is 502; 16 KiB,
 *     room for some cookies
 * @param maxHeaderFields the same for a header of more fields; 64
 * @param headerTimeout how long a program may take until its header, from its start or from the
 *     last octets of the request's body that came, whichever is later, or 504; 30 seconds, after
 *     which nobody waits
 * @param totalTimeout how long a program may run, whatever it does; 5 minutes, enough for a large
 *     upload on a slow line
 * @param killGrace how long after SIGTERM a program gets SIGKILL; 5 seconds, to remove its files
 * @param maxErrorBytes how much of one program's stderr is logged; 64 KiB. The rest is read and
 *     thrown away, so that the program does not wait
 * @param maxErrorLine longer lines of stderr are cut; 1 KiB
 */
public record CgiLimits(
    int maxRunning,
    int maxHeaderBytes,
    int maxHeaderFields,
    Duration headerTimeout,
    Duration totalTimeout,
    Duration killGrace,
    int maxErrorBytes,
    int maxErrorLine) {
  /** The limits as described above. */
  public static final CgiLimits DEFAULT = new Builder().build();

  public CgiLimits {
    atLeast("maxRunning", maxRunning, 1);
    atLeast("maxHeaderBytes", maxHeaderBytes, 32);
    atLeast("maxHeaderFields", maxHeaderFields, 1);
    positive("headerTimeout", headerTimeout);
    positive("totalTimeout", totalTimeout);
    positive("killGrace", killGrace);
    atLeast("maxErrorBytes", maxErrorBytes, 0);
    atLeast("maxErrorLine", maxErrorLine, 16);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets some limits and leaves the rest as they are by default. */
  public static final class Builder {
    private int maxRunning = 64;
    private int maxHeaderBytes = 16 << 10;
    private int maxHeaderFields = 64;
    private Duration headerTimeout = Duration.ofSeconds(30);
    private Duration totalTimeout = Duration.ofMinutes(5);
    private Duration killGrace = Duration.ofSeconds(5);
    private int maxErrorBytes = 64 << 10;
    private int maxErrorLine = 1 << 10;

    private Builder() {}

    public Builder maxRunning(int count) {
      maxRunning = count;
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

    public Builder headerTimeout(Duration timeout) {
      headerTimeout = timeout;
      return this;
    }

    public Builder totalTimeout(Duration timeout) {
      totalTimeout = timeout;
      return this;
    }

    public Builder killGrace(Duration grace) {
      killGrace = grace;
      return this;
    }

    public Builder maxErrorBytes(int bytes) {
      maxErrorBytes = bytes;
      return this;
    }

    public Builder maxErrorLine(int bytes) {
      maxErrorLine = bytes;
      return this;
    }

    /** The limits. */
    public CgiLimits build() {
      return new CgiLimits(
          maxRunning,
          maxHeaderBytes,
          maxHeaderFields,
          headerTimeout,
          totalTimeout,
          killGrace,
          maxErrorBytes,
          maxErrorLine);
    }
  }
}
