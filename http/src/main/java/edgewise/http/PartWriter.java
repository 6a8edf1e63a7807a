package edgewise.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the content of the part in hand: in memory as long as it may, then in a file. It owns the
 * file and its descriptor until {@link #finish}.
 */
final class PartWriter implements AutoCloseable {
  /** Content comes in pieces as small as a line; this many octets are written at once. */
  private static final int FILE_BUFFER_BYTES = 16 << 10;

  private final PartHeader header;
  private final Path directory;
  private final int maxMemory;
  private byte[] memory = {};
  private long size;
  private @Nullable Path file;
  private @Nullable FileChannel channel;
  private ByteBuffer unwritten = ByteBuffer.allocate(0);

  PartWriter(PartHeader header, Path directory, int maxMemory) {
    this.header = header;
    this.directory = directory;
    this.maxMemory = maxMemory;
  }

  void write(ByteBuffer octets) throws IOException {
    int count = octets.remaining();
    if (channel == null && size + count > maxMemory) {
      openFile();
    }
    if (channel != null) {
      writeToFile(channel, octets);
    } else {
      int from = (int) size;
      if (from + count > memory.length) {
        int doubled = (int) Math.min(maxMemory, 2L * memory.length);
        memory = Arrays.copyOf(memory, Math.max(from + count, doubled));
      }
      octets.get(memory, from, count);
    }
    size += count;
  }

  private void openFile() throws IOException {
    try {
      Path created =
          Files.createTempFile(directory, "edgewise-", ".upload", OwnerOnly.attributes(directory));
      file = created;
      channel = FileChannel.open(created, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "cannot keep an upload in " + directory + "; set another MultipartLimits.directory", e);
    }
    unwritten = ByteBuffer.allocate(FILE_BUFFER_BYTES);
    writeToFile(channel, ByteBuffer.wrap(memory, 0, (int) size));
    memory = new byte[0];
  }

  private void writeToFile(FileChannel to, ByteBuffer octets) throws IOException {
    if (octets.remaining() > unwritten.remaining()) {
      writeAll(to, unwritten.flip());
      unwritten.clear();
    }
    if (octets.remaining() > unwritten.remaining()) {
      writeAll(to, octets);
    } else {
      unwritten.put(octets);
    }
  }

  private static void writeAll(FileChannel to, ByteBuffer octets) throws IOException {
    while (octets.hasRemaining()) {
      to.write(octets);
    }
  }

  /** How many octets of memory it holds. */
  int memoryBytes() {
    return channel == null ? (int) size : 0;
  }

  /** The part, which owns the file from now on. */
  Part finish() throws IOException {
    if (channel == null) {
      return Part.inMemory(header, Arrays.copyOf(memory, (int) size));
    }
    writeAll(channel, unwritten.flip());
    channel.close();
    Part part = Part.inFile(header, Objects.requireNonNull(file), size);
    file = null;
    return part;
  }

  /** Deletes the file, if the part does not own it yet. */
  @Override
  public void close() throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    }
  }
}
