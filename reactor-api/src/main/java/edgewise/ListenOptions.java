package edgewise;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How to listen.
 *
 * @param spread how connections come to the loops of a {@link Reactor}
 * @param backlog the kernel's queue of connections not yet accepted; 4096, as the kernel's own
 *     limit (net.core.somaxconn) has been since Linux 5.4
 * @param maxConnections open connections of this listener; at the limit accepting pauses until one
 *     closes. 100,000: far above what a default descriptor limit allows, so in practice the
 *     descriptors decide unless it is set
 * @param trigger the trigger mode of the listening socket; null for the one that the loop's options
 *     name, and LEVEL if they name none
 * @param socketFile the file of an AF_UNIX socket: permissions, owner, group
 * @param peerFilter who may connect to an AF_UNIX socket; others are closed at once. Null for
 *     everybody whom the file's permissions let in. Called on the listener's loop
 * @param connections the options of accepted connections
 */
public record ListenOptions(
    Spread spread,
    int backlog,
    int maxConnections,
    @Nullable Trigger trigger,
    SocketFileOptions socketFile,
    @Nullable Predicate<PeerCredentials> peerFilter,
    ConnectionOptions connections) {
  /** The options as described above. */
  public static final ListenOptions DEFAULT = new Builder().build();

  /** How connections come to the loops of a {@link Reactor}. */
  public enum Spread {
    /** One loop accepts and hands each connection to the loop with the fewest; the default. */
    LEAST_LOADED,
    /**
     * Each loop has its own listening socket on the port (SO_REUSEPORT) and the kernel chooses by a
     * hash of the addresses: no hand-over, but a few connections may all meet in one loop. TCP
     * only; AF_UNIX has no such thing, and falls back to the other, as an adopted socket does.
     */
    REUSE_PORT
  }

  public ListenOptions {
    Limits.atLeast("backlog", backlog, 1);
    Limits.atLeast("maxConnections", maxConnections, 1);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from these. */
  public Builder toBuilder() {
    var builder = new Builder();
    builder.spread = spread;
    builder.backlog = backlog;
    builder.maxConnections = maxConnections;
    builder.trigger = trigger;
    builder.socketFile = socketFile;
    builder.peerFilter = peerFilter;
    builder.connections = connections;
    return builder;
  }

  public ListenOptions withSpread(Spread how) {
    return toBuilder().spread(how).build();
  }

  public ListenOptions withBacklog(int length) {
    return toBuilder().backlog(length).build();
  }

  public ListenOptions withMaxConnections(int count) {
    return toBuilder().maxConnections(count).build();
  }

  public ListenOptions withTrigger(@Nullable Trigger mode) {
    return toBuilder().trigger(mode).build();
  }

  public ListenOptions withSocketFile(SocketFileOptions file) {
    return toBuilder().socketFile(file).build();
  }

  public ListenOptions withSocketFileMode(@Nullable Set<PosixFilePermission> mode) {
    return withSocketFile(socketFile.withMode(mode));
  }

  public ListenOptions withPeerFilter(@Nullable Predicate<PeerCredentials> filter) {
    return toBuilder().peerFilter(filter).build();
  }

  public ListenOptions withConnections(ConnectionOptions options) {
    return toBuilder().connections(options).build();
  }

  /** Sets some options and leaves the rest. */
  public static final class Builder {
    private Spread spread = Spread.LEAST_LOADED;
    private int backlog = 4096;
    private int maxConnections = 100_000;
    private @Nullable Trigger trigger;
    private SocketFileOptions socketFile = SocketFileOptions.DEFAULT;
    private @Nullable Predicate<PeerCredentials> peerFilter;
    private ConnectionOptions connections = ConnectionOptions.DEFAULT;

    private Builder() {}

    public Builder spread(Spread how) {
      spread = how;
      return this;
    }

    public Builder backlog(int length) {
      backlog = length;
      return this;
    }

    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    public Builder trigger(@Nullable Trigger mode) {
      trigger = mode;
      return this;
    }

    public Builder socketFile(SocketFileOptions file) {
      socketFile = file;
      return this;
    }

    public Builder peerFilter(@Nullable Predicate<PeerCredentials> filter) {
      peerFilter = filter;
      return this;
    }

    public Builder connections(ConnectionOptions options) {
      connections = options;
      return this;
    }

    /** The options. */
    public ListenOptions build() {
      return new ListenOptions(
          spread, backlog, maxConnections, trigger, socketFile, peerFilter, connections);
    }
  }
}
