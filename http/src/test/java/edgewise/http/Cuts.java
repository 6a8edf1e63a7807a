package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Shows a parser its input as a connection would: in pieces, each in a buffer that holds what was
 * left of the pieces before, at another place each time.
 */
final class Cuts {
  /** Sees what there is, takes what it can use, and answers whether it wants to see more. */
  interface Reader {
    boolean read(ByteBuffer in);
  }

  private Cuts() {}

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static ByteBuffer direct(byte[] bytes, int from, int to, int margin) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(margin + to - from + margin);
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) 0xEE); // whoever looks beyond its limits finds nothing good
    }
    return buffer.put(margin, bytes, from, to - from).position(margin).limit(margin + to - from);
  }

  static ByteBuffer heap(byte[] bytes, int margin) {
    byte[] all = new byte[margin + bytes.length + margin];
    Arrays.fill(all, (byte) 0xEE);
    System.arraycopy(bytes, 0, all, margin, bytes.length);
    return ByteBuffer.wrap(all).position(margin).limit(margin + bytes.length);
  }

  /** Feeds the input in pieces that end at these offsets, and at its end; returns what is left. */
  static String feed(byte[] input, List<Integer> ends, Reader reader) {
    int taken = 0;
    int margin = 0;
    boolean more = true;
    var all = new ArrayList<>(ends);
    all.add(input.length);
    for (int end : all) {
      if (!more) {
        break;
      }
      ByteBuffer in = direct(input, taken, end, margin);
      margin = (margin + 5) % 17;
      int before = in.position();
      more = reader.read(in);
      taken += in.position() - before;
    }
    return new String(input, taken, input.length - taken, StandardCharsets.ISO_8859_1);
  }

  /** No cut; a cut after every octet; and one cut at each position. */
  static List<List<Integer>> all(int length) {
    var all = new ArrayList<List<Integer>>();
    all.add(List.of());
    var every = new ArrayList<Integer>();
    for (int i = 1; i < length; i++) {
      every.add(i);
      all.add(List.of(i));
    }
    all.add(every);
    return all;
  }
}
