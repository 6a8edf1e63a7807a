package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a read of an inotify descriptor has given: a run of struct inotify_event, and which of them
 * is being looked at. Its memory belongs to the arena given; filled by {@link Inotify#read}, as
 * often as wanted; not for use by two threads at a time.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</a>
 */
public final class InotifyEvents {
  /** An event with the longest name, NAME_MAX of limits.h, and its NUL: less room can be EINVAL. */
  public static final int LONGEST_EVENT = Struct.InotifyEvent.SIZEOF + 256;

  private final MemorySegment segment;
  private int end;
  private int event;
  private int next;

  private InotifyEvents(MemorySegment segment) {
    this.segment = segment;
  }

  /** Room for some events: an event takes 16 bytes and its name. */
  public static InotifyEvents allocate(Arena arena, int bytes) {
    if (bytes < LONGEST_EVENT) {
      throw new IllegalArgumentException(
          "no room for an event: " + bytes + " is less than " + LONGEST_EVENT + " bytes");
    }
    return new InotifyEvents(arena.allocate(bytes, 8));
  }

  MemorySegment segment() {
    return segment;
  }

  /** Notes what a call has read, and returns it. */
  int filled(int result) {
    end = Math.max(result, 0);
    next = 0;
    return result;
  }

  /** Goes to the next event, at first to the first; false if there is none. */
  public boolean next() {
    if (next >= end) {
      return false;
    }
    event = next;
    next += Struct.InotifyEvent.SIZEOF + member(Struct.InotifyEvent.LEN);
    return true;
  }

  /** Goes back to before the first event. */
  public void rewind() {
    next = 0;
  }

  /** The watch that it is about; -1 for IN_Q_OVERFLOW. */
  public int wd() {
    return member(Struct.InotifyEvent.WD);
  }

  /** What has happened: IN_ bits. */
  public int mask() {
    return member(Struct.InotifyEvent.MASK);
  }

  /** What joins an IN_MOVED_FROM and its IN_MOVED_TO; else 0. */
  public int cookie() {
    return member(Struct.InotifyEvent.COOKIE);
  }

  /** The name in the directory, as the kernel has it, without NUL; empty if it is about itself. */
  public byte[] nameBytes() {
    int start = event + Struct.InotifyEvent.SIZEOF;
    int length = 0;
    while (length < member(Struct.InotifyEvent.LEN)
        && segment.get(JAVA_BYTE, start + length) != 0) {
      length++;
    }
    return segment.asSlice(start, length).toArray(JAVA_BYTE);
  }

  private int member(int offset) {
    return segment.get(JAVA_INT, event + offset);
  }
}
