package edgewise.select;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A directory by its real path, and names that are resolved, looked at, and only then opened.
 *
 * <p>Java has no openat2(2), so somebody who can write below the root can win a race between the
 * look and the open: put a link in place of a directory on the way, or a FIFO in place of the file.
 * Where the root is not under one's control, the epoll backend is the one to take.
 */
final class SelectFileRoot implements FileRoot {
  private final Path root;
  private volatile boolean closed;

  SelectFileRoot(Path directory) throws IOException {
    root = directory.toRealPath();
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(directory.toString());
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the file root is closed");
    }
  }

  @Override
  public @Nullable OpenFile open(String name) throws IOException {
    checkOpen();
    Path path = isInside(name) ? resolve(name) : null;
    boolean interrupted = Thread.interrupted(); // a file channel would close itself
    try {
      return path == null ? null : open(path, name.endsWith("/"));
    } catch (NoSuchFileException e) {
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Relative, and without a step up; what the links in it do is seen later. */
  private boolean isInside(String name) {
    if (name.startsWith("/") || name.indexOf('\0') >= 0) {
      return false;
    }
    String separator = root.getFileSystem().getSeparator();
    if (!separator.equals("/") && (name.contains(separator) || name.indexOf(':') >= 0)) {
      return false; // elsewhere than on Unix these have a meaning
    }
    for (String segment : name.split("/", -1)) {
      if (segment.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /** The real path below the root, or null if there is none. */
  private @Nullable Path resolve(String name) throws IOException {
    try {
      Path real = root.resolve(name).toRealPath();
      return real.startsWith(root) ? real : null;
    } catch (AccessDeniedException e) {
      throw e;
    } catch (InvalidPathException e) {
      return null; // not a name in this file system's encoding
    } catch (FileSystemException e) {
      return isNotThere(e) ? null : fail(e);
    }
  }

  /** Beside the one that has a type of its own, errors that the JDK tells by their text only. */
  private static boolean isNotThere(FileSystemException e) {
    return e instanceof NoSuchFileException
        || switch (String.valueOf(e.getReason())) {
          case "Not a directory", "File name too long" -> true;
          case String reason -> reason.startsWith("Too many levels of symbolic links");
        };
  }

  private static @Nullable Path fail(FileSystemException e) throws FileSystemException {
    throw e;
  }

  private @Nullable OpenFile open(Path path, boolean directoryOnly) throws IOException {
    var found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    long modified = found.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    if (found.isDirectory()) {
      if (!Files.isReadable(path)) {
        throw new AccessDeniedException(path.toString());
      }
      return SelectFile.directory(found.size(), modified, key(found));
    }
    if (!found.isRegularFile() || directoryOnly) {
      return null;
    }
    var channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      return SelectFile.regular(channel, channel.size(), modified, key(found));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** A hash, since what the file key of the JDK is made of, device and inode, is not shown. */
  private static long key(BasicFileAttributes found) {
    return Objects.hashCode(found.fileKey());
  }

  @Override
  public @Nullable Listing list(String name, int limit) throws IOException {
    checkOpen();
    Path directory = isInside(name) ? resolve(name) : null;
    if (directory == null || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try (var children = Files.newDirectoryStream(directory)) {
      return list(directory, children, limit);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private Listing list(Path directory, Iterable<Path> children, int limit) throws IOException {
    var entries = new ArrayList<Entry>();
    int looked = 0;
    for (Path child : children) {
      if (looked++ >= limit) {
        return new Listing(entries, false);
      }
      Entry entry = examine(directory, child);
      if (entry != null) {
        entries.add(entry);
      }
    }
    return new Listing(entries, true);
  }

  private @Nullable Entry examine(Path directory, Path child) throws IOException {
    String name = child.getFileName().toString();
    try {
      if (!child.equals(directory.resolve(name))) {
        return null; // not text in the encoding of file names, so nobody could ask for it
      }
      var found = Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (found.isSymbolicLink()) {
        Path real = child.toRealPath();
        if (!real.startsWith(root)) {
          return null;
        }
        found = Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      }
      return entry(name, found);
    } catch (AccessDeniedException | InvalidPathException e) {
      return null; // what cannot be opened is left out
    } catch (FileSystemException e) {
      if (!isNotThere(e)) {
        throw e;
      }
      return null;
    }
  }

  private static @Nullable Entry entry(String name, BasicFileAttributes found) {
    long modified = found.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    if (found.isDirectory()) {
      return new Entry(name, true, 0, modified);
    }
    return found.isRegularFile() ? new Entry(name, false, found.size(), modified) : null;
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "FileRoot[" + root + "]";
  }
}
