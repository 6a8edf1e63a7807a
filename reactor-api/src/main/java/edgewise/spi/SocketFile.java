package edgewise.spi;

import edgewise.SocketFileOptions;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of a bound AF_UNIX socket, for backends. A file that a dead server left behind is
 * replaced; a live server is not pushed aside, and what is not a socket is never deleted. On close
 * the file is removed if it is still the one that was made.
 *
 * <pre>{@code
 * try (SocketFile.Claim claim = SocketFile.claim(path, probe)) { // nobody else binds it meanwhile
 *   bind(...);
 *   file = claim.bound(options); // permissions, owner, group
 *   listen(...);                 // from here on a probe finds it alive
 * }
 * }</pre>
 */
public final class SocketFile {
  private static final int TYPE_MASK = 0xf000;
  private static final int TYPE_SOCKET = 0xc000;

  private final Path path;
  private final @Nullable Object key;

  private SocketFile(Path path, @Nullable Object key) {
    this.path = path;
    this.key = key;
  }

  /** Tells whether somebody listens behind a socket file. */
  @FunctionalInterface
  public interface Probe {
    /**
     * Connects without waiting. A refused connection (ECONNREFUSED) proves that nobody listens, and
     * a file that is gone as well; nothing else does.
     *
     * @throws IOException if that cannot be told
     */
    boolean isLive(Path path) throws IOException;
  }

  /** The right to bind a path, until it is closed; see {@link SocketFile}. */
  public static final class Claim implements AutoCloseable {
    private final Path path;
    private final PathLock lock;

    private Claim(Path path, PathLock lock) {
      this.path = path;
      this.lock = lock;
    }

    /** The socket is bound: gives its file what the options ask for, and remembers which it is. */
    public SocketFile bound(SocketFileOptions how) throws IOException {
      SocketFile file = existing(path);
      try {
        apply(path, how);
        return file;
      } catch (IOException | RuntimeException e) {
        file.delete();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      lock.close();
    }
  }

  /**
   * Makes way for a bind.
   *
   * @throws BindException if something is there that must stay, or somebody is just now binding it
   */
  public static Claim claim(Path path, Probe probe) throws IOException {
    PathLock lock = lock(path);
    if (lock == null) {
      throw taken(path, "another server is just now starting or stopping there; try again");
    }
    try {
      makeWay(path, probe);
      return new Claim(path, lock);
    } catch (Throwable t) {
      lock.close();
      throw t;
    }
  }

  /** What keeps the lock's file from being made keeps the socket's too. */
  private static @Nullable PathLock lock(Path path) throws IOException {
    try {
      return PathLock.tryLock(path);
    } catch (IOException e) {
      String reason =
          switch (e) {
            case AccessDeniedException denied -> "EACCES (Permission denied)";
            case NoSuchFileException missing -> "ENOENT (No such file or directory)";
            default -> "its lock cannot be had: " + e.getMessage();
          };
      var refused = new BindException("bind unix:" + path + ": " + reason);
      refused.initCause(e);
      throw refused;
    }
  }

  private static void makeWay(Path path, Probe probe) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!isSocket(path)) {
        throw taken(path, "it is not a socket; remove it, or choose another path");
      }
      if (probed(path, probe)) {
        throw taken(path, "a server is listening there; stop it, or choose another path");
      }
      Files.deleteIfExists(path);
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return attributes(path).isOther();
    }
    Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return mode instanceof Integer bits && (bits & TYPE_MASK) == TYPE_SOCKET;
  }

  private static boolean probed(Path path, Probe probe) throws IOException {
    try {
      return probe.isLive(path);
    } catch (IOException e) {
      BindException unclear =
          taken(path, "a server may be listening there, connect says '" + e.getMessage() + "'");
      unclear.initCause(e);
      throw unclear;
    }
  }

  private static BindException taken(Path path, String why) {
    return new BindException("bind unix:" + path + ": EADDRINUSE (Address already in use): " + why);
  }

  /** The file of a socket that was bound by somebody else, and is to be removed by this one. */
  public static SocketFile existing(Path path) throws IOException {
    return new SocketFile(path, attributes(path).fileKey());
  }

  /**
   * Gives a file its owner, group and mode. In that order: chown(2) takes away rights of the mode,
   * and the mode may let others in.
   */
  public static void apply(Path path, SocketFileOptions how) throws IOException {
    if (how.equals(SocketFileOptions.DEFAULT)) {
      return;
    }
    // Follows links: without that chmod would open(2) the file, which a socket does not allow.
    var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view == null) {
      throw new UnsupportedOperationException("no POSIX permissions on the file system of " + path);
    }
    var principals = path.getFileSystem().getUserPrincipalLookupService();
    if (how.owner() != null) {
      view.setOwner(principals.lookupPrincipalByName(how.owner()));
    }
    if (how.group() != null) {
      view.setGroup(principals.lookupPrincipalByGroupName(how.group()));
    }
    if (how.mode() != null) {
      view.setPermissions(how.mode());
    }
  }

  /**
   * Removes the file, unless somebody has put another in its place, or is just now binding the path
   * and will find that this socket is dead.
   */
  public void remove() throws IOException {
    PathLock lock = isOurs() ? PathLock.tryLock(path) : null;
    if (lock != null) {
      try (lock) {
        delete();
      }
    }
  }

  private void delete() throws IOException {
    if (isOurs()) {
      Files.deleteIfExists(path);
    }
  }

  private boolean isOurs() throws IOException {
    return key != null
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && Objects.equals(key, attributes(path).fileKey());
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
