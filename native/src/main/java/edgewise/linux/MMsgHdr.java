package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An array of struct mmsghdr: several messages for one sendmmsg(2) or recvmmsg(2). Each has one
 * piece of data, room for an address, and a control buffer. All of them lie in the arena given, and
 * so must the pieces; not for use by two threads at a time.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/recvmmsg.2.html">recvmmsg(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/sendmmsg.2.html">sendmmsg(2)</a>
 */
public final class MMsgHdr {
  /** The most messages that the kernel looks at in one call: UIO_MAXIOV. */
  public static final int MESSAGES_MAX = 1024;

  private static final int STRIDE = Struct.Mmsghdr.SIZEOF;

  private final MemorySegment vector;
  private final MsgHdr[] messages;
  private final Sockaddr[] names;

  private MMsgHdr(MemorySegment vector, MsgHdr[] messages, Sockaddr[] names) {
    this.vector = vector;
    this.messages = messages;
    this.names = names;
  }

  /** Room for that many messages, each with {@code controlBytes} of control buffer. */
  public static MMsgHdr allocate(Arena arena, int messages, int controlBytes) {
    if (messages <= 0 || messages > MESSAGES_MAX) {
      throw new IllegalArgumentException("1 to " + MESSAGES_MAX + " messages: " + messages);
    }
    int controlSize = Math.max(8, (controlBytes + 7) & ~7);
    MemorySegment vector = arena.allocate((long) STRIDE * messages, 8);
    MemorySegment control = arena.allocate((long) controlSize * messages, 8);
    MemorySegment addresses = arena.allocate((long) Sockaddr.SIZEOF * messages, 8);
    var all = new MsgHdr[messages];
    var names = new Sockaddr[messages];
    for (int i = 0; i < messages; i++) {
      MemorySegment header = vector.asSlice((long) STRIDE * i, Struct.Msghdr.SIZEOF);
      MemorySegment own = control.asSlice((long) controlSize * i, controlSize);
      all[i] = new MsgHdr(header, own, controlBytes, IoVec.allocate(arena, 1));
      all[i].pieces(1);
      names[i] = new Sockaddr(addresses.asSlice((long) Sockaddr.SIZEOF * i, Sockaddr.SIZEOF));
    }
    return new MMsgHdr(vector, all, names);
  }

  /** How many messages there is room for. */
  public int capacity() {
    return messages.length;
  }

  /** Message {@code i}: its data, its control messages, its flags. It has no address at first. */
  public MsgHdr message(int i) {
    return messages[i];
  }

  /** Room for an address in the arena of message {@code i}, to be given to {@link MsgHdr#name}. */
  public Sockaddr name(int i) {
    return names[i];
  }

  /** Bytes of message {@code i} that the last call has moved: msg_len. */
  public int length(int i) {
    return vector.get(JAVA_INT, (long) STRIDE * i + Struct.Mmsghdr.MSG_LEN);
  }

  /** Where the messages from {@code first} on lie, for a call that reads their data. */
  long toSend(int first, int count) {
    Objects.checkFromIndexSize(first, count, messages.length);
    for (int i = first; i < first + count; i++) {
      messages[i].toSend();
    }
    return vector.address() + (long) STRIDE * first;
  }

  /** As {@link #toSend}, for a call that overwrites data, addresses and control messages. */
  long toReceive(int first, int count) {
    Objects.checkFromIndexSize(first, count, messages.length);
    for (int i = first; i < first + count; i++) {
      messages[i].toReceive();
    }
    return vector.address() + (long) STRIDE * first;
  }

  /** Takes over the lengths that recvmmsg(2) has written; returns its result. */
  int received(int first, int count) {
    for (int i = first; i < first + count; i++) {
      messages[i].received(0);
    }
    return count;
  }

  /** What a call must hold besides the address. */
  MemorySegment segment() {
    return vector;
  }
}
