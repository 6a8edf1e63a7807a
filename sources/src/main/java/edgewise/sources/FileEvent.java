package edgewise.sources;

import edgewise.linux.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Something that has happened to a file or directory; see {@link DirectoryWatch}. */
public final class FileEvent {
  /** What has happened; names are those of inotify(7) in other words. */
  public enum Kind {
    /** It was there when the directory was looked through. May be told more than once. */
    FOUND,
    /** All that was there has been told: at first, and after {@link #OVERFLOW}. Without a path. */
    COMPLETE,
    /** It was made. */
    CREATED,
    /** Something was written to it; many writes in a row may be one event. */
    MODIFIED,
    /** It was closed by somebody who could write to it. */
    WRITTEN,
    /** Its permissions, times, owner or number of names have changed. */
    ATTRIBUTES,
    /** It was removed; if it is a directory, so was all in it. */
    DELETED,
    /** It was {@link FileEvent#from} and is {@link FileEvent#path} now, with all in it. */
    MOVED,
    /** It has come from elsewhere, from a directory that is not watched. */
    MOVED_IN,
    /** It has gone elsewhere, with all in it. */
    MOVED_OUT,
    /**
     * Events were lost, because more had come than fs.inotify.max_queued_events: what is known is
     * void, and all that is there is told again, as {@link #FOUND}. Without a path.
     */
    OVERFLOW,
    /** A directory of the tree is not watched; {@link FileEvent#failure} says why. */
    FAILED,
    /** The watched directory itself was removed, or is not at its path any more: the last event. */
    GONE
  }

  private final Kind kind;
  private final Path root;
  private final @Nullable String raw;
  private final @Nullable String rawFrom;
  private final boolean directory;
  private final String failure;

  /** Raw paths are relative, a char per byte as in ISO 8859-1, so that none is lost. */
  FileEvent(
      Kind kind,
      Path root,
      @Nullable String raw,
      @Nullable String rawFrom,
      boolean directory,
      String failure) {
    this.kind = kind;
    this.root = root;
    this.raw = raw;
    this.rawFrom = rawFrom;
    this.directory = directory;
    this.failure = failure;
  }

  /** What has happened. */
  public Kind kind() {
    return kind;
  }

  /**
   * Whom it has happened to: the watched directory's path as it was given, and what is below. Null
   * if that has no path in Java, as a name that is not UTF-8, and for events without a path.
   */
  public @Nullable Path path() {
    return path(raw);
  }

  /** What it was called before; of {@link Kind#MOVED} only, else null. */
  public @Nullable Path from() {
    return path(rawFrom);
  }

  /** The path below the watched directory as the kernel has it; empty for itself, or for none. */
  public byte[] pathBytes() {
    return raw == null ? new byte[0] : raw.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** As {@link #pathBytes}, of {@link #from}. */
  public byte[] fromBytes() {
    return rawFrom == null ? new byte[0] : rawFrom.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Whether it is a directory. */
  public boolean isDirectory() {
    return directory;
  }

  /** Why a directory is not watched, and what to do; of {@link Kind#FAILED} only, else empty. */
  public String failure() {
    return failure;
  }

  private @Nullable Path path(@Nullable String relative) {
    if (relative == null) {
      return null;
    }
    String text = decoded(relative);
    try {
      return text == null ? null : root.resolve(text);
    } catch (InvalidPathException e) {
      return null; // the locale has no such characters
    }
  }

  private static @Nullable String decoded(String relative) {
    byte[] bytes = relative.getBytes(StandardCharsets.ISO_8859_1);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0 ? text : null;
  }

  /** Why a directory cannot be watched, in words that say what to do. */
  static String reason(String call, int negatedErrno) {
    String remedy =
        switch (-negatedErrno) {
          case Errno.ENOSPC ->
              ": the user has as many watches as fs.inotify.max_user_watches allows; raise it by"
                  + " sysctl";
          case Errno.EMFILE -> ": see ulimit -n, and fs.inotify.max_user_instances";
          default -> "";
        };
    return call + ": " + Errno.describe(-negatedErrno) + remedy;
  }

  @Override
  public String toString() {
    return kind
        + (rawFrom == null ? "" : " " + from() + " ->")
        + (raw == null ? "" : " " + path())
        + (directory ? "/" : "")
        + (failure.isEmpty() ? "" : ": " + failure);
  }
}
