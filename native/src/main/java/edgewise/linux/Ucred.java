package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * struct ucred of unix(7): process, user and group of a peer. Its memory belongs to the arena
 * given; not for use by two threads at a time.
 */
public final class Ucred {
  private final MemorySegment segment;

  private Ucred(MemorySegment segment) {
    this.segment = segment;
  }

  /** All zero. */
  public static Ucred allocate(Arena arena) {
    return new Ucred(arena.allocate(Struct.Ucred.SIZEOF, 4));
  }

  /** The process; 0 where it is not visible from here (another pid namespace). */
  public int pid() {
    return segment.get(JAVA_INT, Struct.Ucred.PID);
  }

  /** The user, 0 to 2^32-1; all ones where the peer is not known. */
  public long uid() {
    return Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Ucred.UID));
  }

  /** The group, 0 to 2^32-1; all ones where the peer is not known. */
  public long gid() {
    return Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Ucred.GID));
  }

  MemorySegment segment() {
    return segment;
  }
}
