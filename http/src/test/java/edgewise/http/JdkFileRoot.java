package edgewise.http;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Files by the Java library, for a backend that has no descriptors. */
final class JdkFileRoot implements FileRoot {
  private final Path root;

  /** Files opened and not closed again, on any thread. */
  final AtomicInteger open = new AtomicInteger();

  JdkFileRoot(Path directory) throws IOException {
    root = directory.toRealPath();
  }

  static final class JdkFile extends OpenFile {
    private final AtomicInteger open;
    private final @Nullable FileChannel channel;

    JdkFile(AtomicInteger open, @Nullable FileChannel channel, BasicFileAttributes attributes) {
      super(
          attributes.isDirectory(),
          attributes.size(),
          attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
          Objects.hashCode(attributes.fileKey()));
      this.open = open;
      this.channel = channel;
      open.incrementAndGet();
    }

    @Override
    protected int readFile(ByteBuffer into, long position) throws IOException {
      return Objects.requireNonNull(channel).read(into, position);
    }

    @Override
    protected void closeDescriptor() {
      open.decrementAndGet();
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public @Nullable OpenFile open(String name) throws IOException {
    Path path = within(name);
    if (path == null) {
      return null;
    }
    var attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      return new JdkFile(open, null, attributes);
    }
    if (!attributes.isRegularFile()) {
      return null;
    }
    if (path.getFileName().toString().startsWith("forbidden")) {
      throw new AccessDeniedException(name); // root may read everything, so permissions say nothing
    }
    return new JdkFile(open, FileChannel.open(path), attributes);
  }

  private @Nullable Path within(String name) throws IOException {
    try {
      Path real = root.resolve(name).toRealPath();
      return real.startsWith(root) ? real : null;
    } catch (AccessDeniedException e) {
      throw e;
    } catch (FileSystemException e) {
      return null; // nothing of that name, a name too long, or a loop of links
    }
  }

  @Override
  public @Nullable Listing list(String name, int limit) throws IOException {
    Path directory = within(name);
    if (directory == null || !Files.isDirectory(directory)) {
      return null;
    }
    var entries = new ArrayList<Entry>();
    try (var paths = Files.newDirectoryStream(directory)) {
      int looked = 0;
      for (Path path : paths) {
        if (looked++ >= limit) {
          return new Listing(entries, false);
        }
        String child = path.getFileName().toString();
        Path real = within(name.isEmpty() ? child : name + "/" + child);
        if (real != null && (Files.isRegularFile(real) || Files.isDirectory(real))) {
          var attributes = Files.readAttributes(real, BasicFileAttributes.class);
          long size = attributes.isDirectory() ? 0 : attributes.size();
          long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
          entries.add(new Entry(child, attributes.isDirectory(), size, modified));
        }
      }
    }
    return new Listing(entries, true);
  }

  @Override
  public void close() {}
}
