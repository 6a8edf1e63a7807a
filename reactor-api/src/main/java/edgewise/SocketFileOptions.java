package edgewise;

import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a bound AF_UNIX socket. All of this is in force before anybody else can connect to
 * it, or send to it.
 *
 * @param mode the permissions; null leaves them to the umask. To connect takes the right to write
 * @param owner a user's name or number; null for the user of this process. Another one takes
 *     CAP_CHOWN
 * @param group a group's name or number; null for the group of this process. Another one must be
 *     among the groups of the user
 */
public record SocketFileOptions(
    @Nullable Set<PosixFilePermission> mode, @Nullable String owner, @Nullable String group) {
  /** The options as described above. */
  public static final SocketFileOptions DEFAULT = new SocketFileOptions(null, null, null);

  public SocketFileOptions {
    mode = mode == null ? null : Set.copyOf(mode);
  }

  public SocketFileOptions withMode(@Nullable Set<PosixFilePermission> permissions) {
    return new SocketFileOptions(permissions, owner, group);
  }

  public SocketFileOptions withOwner(@Nullable String user) {
    return new SocketFileOptions(mode, user, group);
  }

  public SocketFileOptions withGroup(@Nullable String name) {
    return new SocketFileOptions(mode, owner, name);
  }
}
