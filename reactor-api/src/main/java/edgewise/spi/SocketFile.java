package edgewise.spi;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening AF_UNIX socket, for backends. A file that a dead server left behind is
 * replaced; a live server is not pushed aside, and what is not a socket is never deleted. On close
 * the file is removed if it is still the one that was made.
 *
 * <p>Two servers that replace the same leftover file at the same moment are not told apart: the
 * later one wins.
 */
public final class SocketFile {
  private static final int TYPE_MASK = 0xf000;
  private static final int TYPE_SOCKET = 0xc000;

  private final Path path;
  private @Nullable Object key;

  private SocketFile(Path path) {
    this.path = path;
  }

  /**
   * Makes way for a bind, after which {@link #bound} is to be called.
   *
   * @throws BindException if something is there that must stay
   */
  public static SocketFile makeWay(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      if (!isSocket(path)) {
        throw taken(path, "it is not a socket; remove it, or choose another path");
      }
      if (isLive(path)) {
        throw taken(path, "a server is listening there; stop it, or choose another path");
      }
      Files.deleteIfExists(path);
    }
    return new SocketFile(path);
  }

  private static boolean isSocket(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return attributes(path).isOther();
    }
    Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return mode instanceof Integer bits && (bits & TYPE_MASK) == TYPE_SOCKET;
  }

  /**
   * connect(2) is refused if nobody listens; non-blocking, so a full queue does not hold us up. A
   * full queue (EAGAIN) and a missing right (EACCES) are no proof that the server is dead.
   */
  private static boolean isLive(Path path) throws IOException {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (SocketException e) {
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      BindException unclear =
          taken(path, "a server may be listening there, connect says '" + e.getMessage() + "'");
      unclear.initCause(e);
      throw unclear;
    }
  }

  private static BindException taken(Path path, String why) {
    return new BindException("bind unix:" + path + ": EADDRINUSE (Address already in use): " + why);
  }

  /** The socket is bound: remembers which file it is. */
  public void bound() throws IOException {
    key = keyOf(path);
  }

  /** Removes the file, unless somebody has put another in its place. */
  public void remove() throws IOException {
    if (key != null
        && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && Objects.equals(key, keyOf(path))) {
      Files.deleteIfExists(path);
    }
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return attributes(path).fileKey();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}
