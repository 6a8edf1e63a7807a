package edgewise.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of an upload: a value, or a file. Its content is in memory, or in a file of its own when
 * it is long; it can be read, any number of times, until the {@link Multipart} is closed or it is
 * moved away. Methods that read or move may block. For one thread at a time.
 */
public final class Part implements AutoCloseable {
  private final PartHeader header;
  private final long size;

  /** Null when the content is in the file, or gone. */
  private byte @Nullable [] memory;

  /** Null when the content is in memory, or gone. */
  private @Nullable Path file;

  private Part(PartHeader header, long size, byte @Nullable [] memory, @Nullable Path file) {
    this.header = header;
    this.size = size;
    this.memory = memory;
    this.file = file;
  }

  static Part inMemory(PartHeader header, byte[] octets) {
    return new Part(header, octets.length, octets, null);
  }

  static Part inFile(PartHeader header, Path file, long size) {
    return new Part(header, size, null, file);
  }

  /** The name of the form's field; may be empty. Browsers write {@code "} as {@code %22} in it. */
  public String name() {
    return header.name();
  }

  /**
   * The name of the file as the client gave it, or null if this is not a file. Empty if the form
   * has a field for a file and the user chose none. Never part of a path: see {@link
   * #safeFilename()}.
   */
  public @Nullable String filename() {
    return header.filename();
  }

  /**
   * A name under which a file can be created in a folder: the last segment of {@link #filename()},
   * with underscores for control characters and those that file systems or shells give a meaning,
   * at most 255 octets of UTF-8, {@code unnamed} if nothing is left. Two files may have the same.
   */
  public String safeFilename() {
    String filename = header.filename();
    return SafeName.of(filename == null ? "" : filename);
  }

  /** The type that the client gave, not verified; null if it gave none: then it is text. */
  public @Nullable String contentType() {
    return header.contentType();
  }

  /** How many octets it has. */
  public long size() {
    return size;
  }

  /**
   * The content.
   *
   * @throws IllegalStateException if it is gone: the upload was closed, or the part moved
   * @throws IOException if it cannot be read
   */
  public byte[] bytes() throws IOException {
    try (InputStream in = inputStream()) {
      return in.readAllBytes();
    }
  }

  /**
   * The content as text in UTF-8, which is what forms are sent in.
   *
   * @throws StatusException 400 if it is not UTF-8
   * @throws IllegalStateException if it is gone
   * @throws IOException if it cannot be read
   */
  public String text() throws IOException {
    String text = PercentDecoder.utf8(ByteBuffer.wrap(bytes()));
    if (text == null) {
      throw new StatusException(400, "the part " + Shown.of(name()) + " is not UTF-8");
    }
    return text;
  }

  /**
   * A stream of the content from its beginning, for the caller to close.
   *
   * @throws IllegalStateException if it is gone
   * @throws IOException if it cannot be read
   */
  public InputStream inputStream() throws IOException {
    if (file != null) {
      return Files.newInputStream(file);
    }
    return new ByteArrayInputStream(inMemory());
  }

  private byte[] inMemory() {
    if (memory == null) {
      throw new IllegalStateException("the upload is closed, or the part was moved");
    }
    return memory;
  }

  /**
   * Makes a file of it that outlives the upload, with the permissions 0600. Within one file system
   * the content is not copied.
   *
   * @param target which must not exist; its folder must
   * @throws java.nio.file.FileAlreadyExistsException if it exists; the part is as before
   * @throws IllegalStateException if it is gone
   * @throws IOException if it cannot be created
   */
  public void moveTo(Path target) throws IOException {
    if (file != null) {
      Files.move(file, target);
      file = null;
    } else {
      writeTo(target, ByteBuffer.wrap(inMemory()));
    }
    memory = null;
  }

  private static void writeTo(Path target, ByteBuffer octets) throws IOException {
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    boolean written = false;
    SeekableByteChannel to = Files.newByteChannel(target, options, OwnerOnly.attributes(target));
    try (to) {
      while (octets.hasRemaining()) {
        to.write(octets);
      }
      written = true;
    } finally {
      if (!written) {
        Files.deleteIfExists(target);
      }
    }
  }

  /** Lets go of the content before the upload is closed. A second call does nothing. */
  @Override
  public void close() throws IOException {
    memory = null;
    if (file != null) {
      Files.deleteIfExists(file);
      file = null;
    }
  }

  /** Says the name, the type and the size; the content may be secret. */
  @Override
  public String toString() {
    return "Part[" + Shown.of(name()) + ", " + contentType() + ", " + size + " bytes]";
  }
}
