package edgewise.http;

import java.util.Arrays;

/** What the names in a route's pattern stand for: offsets into a request, two per name. */
final class PathValues {
  private static final String[] NONE = {};

  private String[] names = NONE;
  private int[] offsets = new int[8];
  private int tailStart;

  void clear() {
    names = NONE;
    tailStart = -1;
  }

  /**
   * Notes the value of the name at {@code index}; which names these are is said by {@link #name}.
   */
  void put(int index, int start, int end) {
    if (2 * index == offsets.length) {
      offsets = Arrays.copyOf(offsets, 4 * index);
    }
    offsets[2 * index] = start;
    offsets[2 * index + 1] = end;
  }

  /** Says what the names are, and where the tail begins, or -1. */
  void name(String[] routeNames, int tail) {
    names = routeNames;
    tailStart = tail;
  }

  int indexOf(String name) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "the route has no {" + name + "}, only " + Arrays.toString(names));
  }

  int start(int index) {
    return offsets[2 * index];
  }

  int end(int index) {
    return offsets[2 * index + 1];
  }

  /** Where the part of the path begins that a tail wildcard matched, or -1. */
  int tailStart() {
    return tailStart;
  }
}
