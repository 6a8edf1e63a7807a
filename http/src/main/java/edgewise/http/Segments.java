package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fixed segments of paths, each with what follows it: a hash table that is asked with octets as
 * they came, percent-encoded or not, and makes no garbage. A few are compared one after the other,
 * which is faster than to hash.
 *
 * @param <T> what follows a segment
 */
final class Segments<T> {
  /** Up to so many are compared one after the other. */
  private static final int FEW = 4;

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Entry<T>(byte[] segment, T following) {}

  private @Nullable Entry<T>[] table = empty(2 * FEW);
  private int count;

  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // an array of a generic type cannot be made otherwise
  private static <T> @Nullable Entry<T>[] empty(int size) {
    return new Entry[size];
  }

  /** What follows the segment; made if it is new. */
  T addIfAbsent(String text, Supplier<T> make) {
    byte[] segment = text.getBytes(StandardCharsets.UTF_8);
    int at = place(segment);
    Entry<T> existing = table[at];
    if (existing != null) {
      return existing.following;
    }
    var added = new Entry<>(segment, make.get());
    if (count == FEW || 2 * count >= table.length) {
      grow(added);
    } else {
      table[at] = added;
    }
    count++;
    return added.following;
  }

  /** Where the segment is, or would be; half of the table is always free. */
  private int place(byte[] segment) {
    int at = count <= FEW ? 0 : PercentDecoder.hash(segment) & (table.length - 1);
    for (Entry<T> entry = table[at];
        entry != null && !Arrays.equals(entry.segment, segment);
        entry = table[at]) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private void grow(Entry<T> added) {
    @Nullable Entry<T>[] larger = empty(Math.max(16, 2 * table.length));
    for (Entry<T> entry : table) {
      if (entry != null) {
        put(larger, entry);
      }
    }
    put(larger, added);
    table = larger;
  }

  private static <T> void put(@Nullable Entry<T>[] into, Entry<T> entry) {
    int at = PercentDecoder.hash(entry.segment) & (into.length - 1);
    while (into[at] != null) {
      at = (at + 1) & (into.length - 1);
    }
    into[at] = entry;
  }

  /** What follows the segment that these octets are when they are decoded, or null. */
  @Nullable T find(ByteBuffer in, int from, int end) {
    if (count <= FEW) {
      for (int i = 0; i < count; i++) {
        Entry<T> entry = table[i];
        if (entry != null && PercentDecoder.equal(in, from, end, entry.segment)) {
          return entry.following;
        }
      }
      return null;
    }
    int at = PercentDecoder.hash(in, from, end) & (table.length - 1);
    for (Entry<T> entry = table[at]; entry != null; entry = table[at]) {
      if (PercentDecoder.equal(in, from, end, entry.segment)) {
        return entry.following;
      }
      at = (at + 1) & (table.length - 1);
    }
    return null;
  }
}
