package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Where the fields of a header stand: offsets from the message's first octet, four per field. */
final class FieldTable {
  private static final int NAME_START = 0;
  private static final int NAME_END = 1;
  private static final int VALUE_START = 2;
  private static final int VALUE_END = 3;
  private static final int WIDTH = 4;

  /** The index that says: no such field. */
  static final int NONE = -1;

  /** Longer than most values are; a table lives as long as its parser, and there are few. */
  private static final int SCRATCH = 256;

  private byte[] scratch = {};
  private int[] offsets = new int[16 * WIDTH];
  private int count;

  void clear() {
    count = 0;
  }

  int count() {
    return count;
  }

  void add(int nameStart, int nameEnd, int valueStart, int valueEnd) {
    int at = count++ * WIDTH;
    if (at == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * at);
    }
    offsets[at + NAME_START] = nameStart;
    offsets[at + NAME_END] = nameEnd;
    offsets[at + VALUE_START] = valueStart;
    offsets[at + VALUE_END] = valueEnd;
  }

  int nameStart(int field) {
    return offsets[field * WIDTH + NAME_START];
  }

  int nameEnd(int field) {
    return offsets[field * WIDTH + NAME_END];
  }

  int valueStart(int field) {
    return offsets[field * WIDTH + VALUE_START];
  }

  int valueEnd(int field) {
    return offsets[field * WIDTH + VALUE_END];
  }

  /** The first field of that name from index {@code from} on, or {@link #NONE}. */
  int find(ByteBuffer in, int base, String name, int from) {
    for (int field = from; field < count; field++) {
      int start = nameStart(field);
      int end = nameEnd(field);
      if (Octets.equalIgnoringCase(in, base + start, base + end, name)) {
        return field;
      }
    }
    return NONE;
  }

  String value(ByteBuffer in, int base, int field) {
    return latin1(in, base + valueStart(field), base + valueEnd(field));
  }

  String name(ByteBuffer in, int base, int field) {
    return latin1(in, base + nameStart(field), base + nameEnd(field));
  }

  /** As {@link Octets#latin1}; what is not long costs no array beside the String. */
  private String latin1(ByteBuffer in, int start, int end) {
    int length = end - start;
    if (length > SCRATCH) {
      return Octets.latin1(in, start, end);
    }
    if (scratch.length == 0) {
      scratch = new byte[SCRATCH];
    }
    in.get(start, scratch, 0, length);
    return new String(scratch, 0, length, StandardCharsets.ISO_8859_1);
  }

  List<String> values(ByteBuffer in, int base, String name) {
    int first = find(in, base, name, 0);
    if (first == NONE) {
      return List.of();
    }
    var values = new ArrayList<String>();
    for (int i = first; i != NONE; i = find(in, base, name, i + 1)) {
      values.add(value(in, base, i));
    }
    return Collections.unmodifiableList(values);
  }
}
