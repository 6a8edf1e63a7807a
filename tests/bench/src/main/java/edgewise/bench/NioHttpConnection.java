package edgewise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One connection. Answers all requests that a read has brought and writes once; while the client
 * does not take what is written, nothing is read.
 */
final class NioHttpConnection implements SelectorLoop.Ready {
  /** What the connections of a loop have in common. */
  static final class Shared {
    final Path files;
    final NioResponses responses = new NioResponses();
    final NioRequest request = new NioRequest();
    final ByteBuffer in = ByteBuffer.allocateDirect(64 << 10);
    final ByteBuffer out = ByteBuffer.allocateDirect(64 << 10);

    Shared(Path files) {
      this.files = files;
    }
  }

  private final Shared shared;
  private final SocketChannel channel;

  /**
   * Octets that have been received and not looked at: part of a head, or behind a blocked write.
   */
  private @Nullable ByteBuffer kept;

  /** Octets that the kernel has not taken, and after them the rest of a file. */
  private @Nullable ByteBuffer unsent;

  private @Nullable FileChannel file;
  private long filePosition;

  /** The octets of an upload so far, and those to come. */
  private long uploaded;

  private long bodyLeft;

  private boolean last;

  NioHttpConnection(Shared shared, SelectionKey key) {
    this.shared = shared;
    this.channel = (SocketChannel) key.channel();
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    if (key.isWritable() && !sendRest()) {
      return;
    }
    ByteBuffer in = shared.in.clear();
    if (kept != null) {
      in.put(kept);
      kept = null;
    }
    if (key.isReadable() && channel.read(in) < 0) {
      SelectorLoop.close(key);
      return;
    }
    boolean open = answerAll(in.flip());
    int wanted = isBlocked() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    if (!open || (last && !isBlocked())) {
      SelectorLoop.close(key);
      return;
    }
    if (in.hasRemaining()) {
      kept = ByteBuffer.allocate(in.remaining()).put(in).flip();
    }
    if (key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
  }

  @Override
  public void closed() {
    closeFile();
  }

  /**
   * Answers until the octets end or the client does not take more.
   *
   * @return false if they are no requests
   */
  private boolean answerAll(ByteBuffer in) throws IOException {
    shared.out.clear();
    while (in.hasRemaining() && !isBlocked() && !last) {
      if (bodyLeft > 0) {
        takeBody(in);
        continue;
      }
      NioRequest.Outcome outcome = shared.request.parse(in);
      if (outcome == NioRequest.Outcome.MALFORMED) {
        return false;
      }
      if (outcome == NioRequest.Outcome.INCOMPLETE) {
        break;
      }
      answer(shared.request);
    }
    flush();
    return true;
  }

  private void answer(NioRequest request) throws IOException {
    last = request.isLast();
    NioResponses responses = shared.responses;
    if (request.isPost("/upload")) {
      uploaded = request.contentLength();
      bodyLeft = uploaded;
      if (request.expectsContinue()) {
        write(NioResponses.CONTINUE);
        flush();
      }
      if (bodyLeft == 0) {
        write(responses.text("200 OK", "0"));
      }
    } else if (request.isGet("/plaintext")) {
      write(responses.plaintext());
    } else if (request.isGet("/json")) {
      write(responses.json());
    } else {
      sendFile(request);
    }
  }

  private void takeBody(ByteBuffer in) throws IOException {
    int taken = (int) Math.min(bodyLeft, in.remaining());
    in.position(in.position() + taken);
    bodyLeft -= taken;
    if (bodyLeft == 0) {
      write(shared.responses.text("200 OK", Long.toString(uploaded)));
    }
  }

  private void sendFile(NioRequest request) throws IOException {
    String path = request.path();
    Path found = path.startsWith(Answers.FILES) ? Answers.file(shared.files, path) : null;
    if (found == null) {
      write(shared.responses.text("404 Not Found", "not found"));
      return;
    }
    FileChannel opened = FileChannel.open(found, StandardOpenOption.READ);
    file = opened;
    filePosition = 0;
    write(shared.responses.fileHead(found, opened.size()));
    flush();
  }

  private void write(byte[] octets) throws IOException {
    if (shared.out.remaining() < octets.length) {
      flush();
    }
    if (unsent != null) {
      unsent = ByteBuffer.allocate(unsent.remaining() + octets.length).put(unsent).put(octets);
      unsent.flip();
    } else {
      shared.out.put(octets);
    }
  }

  /** Writes what is in the loop's buffer, and then the file, as far as the kernel takes them. */
  private void flush() throws IOException {
    ByteBuffer out = shared.out.flip();
    if (out.hasRemaining()) {
      channel.write(out);
    }
    if (out.hasRemaining()) {
      unsent = ByteBuffer.allocate(out.remaining()).put(out).flip();
    }
    out.clear();
    transferFile();
  }

  private boolean sendRest() throws IOException {
    if (unsent != null) {
      channel.write(unsent);
      if (!unsent.hasRemaining()) {
        unsent = null;
      }
    }
    transferFile();
    return !isBlocked();
  }

  private void transferFile() throws IOException {
    if (file == null || unsent != null) {
      return;
    }
    long left = file.size() - filePosition;
    while (left > 0) {
      long sent = file.transferTo(filePosition, left, channel);
      if (sent <= 0) {
        return;
      }
      filePosition += sent;
      left -= sent;
    }
    closeFile();
  }

  private boolean isBlocked() {
    return unsent != null || file != null;
  }

  private void closeFile() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      file = null;
    }
  }
}
