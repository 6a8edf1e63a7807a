package edgewise.http;

import edgewise.Connection;

/** Writes the line before a chunk, RFC 9112 section 7.1. A loop has one. */
final class ChunkSize {
  private static final int MAX_DIGITS = 16;
  private static final byte[] DIGITS = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private final byte[] line = new byte[MAX_DIGITS + 2];

  ChunkSize() {
    line[MAX_DIGITS] = Octets.CR;
    line[MAX_DIGITS + 1] = Octets.LF;
  }

  void write(Connection connection, long size) {
    int start = MAX_DIGITS;
    long rest = size;
    do {
      line[--start] = DIGITS[(int) (rest & 0xF)];
      rest >>>= 4;
    } while (rest != 0);
    connection.write(line, start, line.length - start);
  }
}
