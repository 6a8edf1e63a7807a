package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Sends and takes bodies of any length in 64 KiB of memory, and says what their checksum was. The
 * octets are 0, 1, ... 255, 0, ..., as {@code edgewise testserver} makes them.
 */
final class BulkClient implements AutoCloseable {
  private static final int PIECE_BYTES = 64 << 10;
  private static final byte[] PIECE = piece();

  private final Peer server;
  private final ByteBuffer in = ByteBuffer.allocate(PIECE_BYTES).limit(0);

  BulkClient(SocketAddress address) throws IOException {
    server = Peer.dial(address);
  }

  private static byte[] piece() {
    byte[] octets = new byte[PIECE_BYTES];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) i;
    }
    return octets;
  }

  /** The checksum and the length of a body, as the server prints them. */
  static String sumOf(long length) {
    var crc = new CRC32();
    for (long left = length; left > 0; left -= PIECE_BYTES) {
      crc.update(PIECE, 0, (int) Math.min(PIECE_BYTES, left));
    }
    return sum(crc, length);
  }

  private static String sum(CRC32 crc, long length) {
    return "%08x %d".formatted(crc.getValue(), length);
  }

  /** Posts so many octets, in chunks or with their length; the text of the answer. */
  String upload(String path, long length, boolean inChunks) throws IOException {
    String framing = inChunks ? "Transfer-Encoding: chunked" : "Content-Length: " + length;
    server.write("POST " + path + " HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n");
    ByteBuffer piece = ByteBuffer.wrap(PIECE);
    for (long left = length; left > 0; left -= piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE_BYTES, left));
      if (inChunks) {
        server.write(Integer.toHexString(piece.limit()) + "\r\n");
      }
      while (piece.hasRemaining()) {
        server.socket.write(piece);
      }
      if (inChunks) {
        server.write("\r\n");
      }
    }
    if (inChunks) {
      server.write("0\r\n\r\n");
    }
    Map<String, String> head = head();
    var text = new StringBuilder();
    for (int left = Integer.parseInt(head.get("content-length")); left > 0; left--) {
      text.append((char) next());
    }
    return text.toString().strip();
  }

  /** Gets a body, in whatever framing it comes; its sum, which a trailer has to agree with. */
  String download(String path) throws IOException {
    server.write("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    Map<String, String> head = head();
    var crc = new CRC32();
    String length = head.get("content-length");
    if (length != null) {
      take(Long.parseLong(length), crc);
      return sum(crc, Long.parseLong(length));
    }
    assertEquals("chunked", head.get("transfer-encoding"));
    long all = 0;
    for (long size = chunkSize(); size > 0; size = chunkSize()) {
      take(size, crc);
      assertEquals("", line());
      all += size;
    }
    String trailer = fields().get("x-crc-32");
    assertTrue(trailer == null || sum(crc, all).startsWith(trailer + " "), trailer);
    return sum(crc, all);
  }

  private long chunkSize() throws IOException {
    return Long.parseLong(line(), 16);
  }

  private Map<String, String> head() throws IOException {
    assertEquals("HTTP/1.1 200 OK", line());
    return fields();
  }

  private Map<String, String> fields() throws IOException {
    var fields = new HashMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      fields.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return fields;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int octet = next(); octet != '\n'; octet = next()) {
      line.append((char) octet);
    }
    assertTrue(line.toString().endsWith("\r"), line::toString);
    return line.substring(0, line.length() - 1);
  }

  private int next() throws IOException {
    fill();
    return in.get() & 0xFF;
  }

  private void take(long length, CRC32 crc) throws IOException {
    for (long left = length; left > 0; ) {
      fill();
      int count = (int) Math.min(left, in.remaining());
      crc.update(in.array(), in.position(), count);
      in.position(in.position() + count);
      left -= count;
    }
  }

  private void fill() throws IOException {
    if (!in.hasRemaining()) {
      int count = server.socket.read(in.clear());
      in.flip();
      if (count < 0) {
        throw new EOFException("the server has ended within a message");
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
