package edgewise;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
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
 * @param trigger the trigger mode of the listening socket; null for the loop's
 * @param socketFileMode the permissions of an AF_UNIX socket file; null leaves them to the umask
 * @param connections the options of accepted connections
 */
public record ListenOptions(
    Spread spread,
    int backlog,
    int maxConnections,
    @Nullable Trigger trigger,
    @Nullable Set<PosixFilePermission> socketFileMode,
    ConnectionOptions connections) {
  /** The options as described above. */
  public static final ListenOptions DEFAULT =
      new ListenOptions(Spread.LEAST_LOADED, 4096, 100_000, null, null, ConnectionOptions.DEFAULT);

  /** How connections come to the loops of a {@link Reactor}. */
  public enum Spread {
    /** One loop accepts and hands each connection to the loop with the fewest; the default. */
    LEAST_LOADED,
    /**
     * Each loop has its own listening socket on the port (SO_REUSEPORT) and the kernel chooses by a
     * hash of the addresses: no hand-over, but a few connections may all meet in one loop. TCP
     * only; AF_UNIX has no such thing, and falls back to the other.
     */
    REUSE_PORT
  }

  public ListenOptions {
    Limits.atLeast("backlog", backlog, 1);
    Limits.atLeast("maxConnections", maxConnections, 1);
    socketFileMode = socketFileMode == null ? null : Set.copyOf(socketFileMode);
  }

  public ListenOptions withSpread(Spread how) {
    return new ListenOptions(how, backlog, maxConnections, trigger, socketFileMode, connections);
  }

  public ListenOptions withBacklog(int length) {
    return new ListenOptions(spread, length, maxConnections, trigger, socketFileMode, connections);
  }

  public ListenOptions withMaxConnections(int count) {
    return new ListenOptions(spread, backlog, count, trigger, socketFileMode, connections);
  }

  public ListenOptions withTrigger(@Nullable Trigger mode) {
    return new ListenOptions(spread, backlog, maxConnections, mode, socketFileMode, connections);
  }

  public ListenOptions withSocketFileMode(@Nullable Set<PosixFilePermission> mode) {
    return new ListenOptions(spread, backlog, maxConnections, trigger, mode, connections);
  }

  public ListenOptions withConnections(ConnectionOptions options) {
    return new ListenOptions(spread, backlog, maxConnections, trigger, socketFileMode, options);
  }
}
