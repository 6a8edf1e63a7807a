package edgewise.epoll;

/** The bytes of a stream: each depends on the stream and on its place in it. */
final class Pattern {
  private Pattern() {}

  static byte at(int stream, int index) {
    return (byte) ((index * 0x9e3779b1 + stream * 0x85ebca6b) >>> 24);
  }

  static byte[] bytes(int stream, int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = at(stream, from + i);
    }
    return bytes;
  }
}
