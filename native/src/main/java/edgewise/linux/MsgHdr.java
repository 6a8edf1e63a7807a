package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * struct msghdr of sendmsg(2) and recvmsg(2), with the iovec array, the address and the control
 * buffer it points to. All of them lie in the arena given, so a call that keeps that arena open
 * keeps them all; the data of {@link #data}, which may lie elsewhere, is handed to each call beside
 * it. Not for use by two threads at a time.
 *
 * <p>Control messages, cmsg(3), are written one behind the other with {@link #addRights} and read
 * by position: {@code for (int at = m.firstControl(); at >= 0; at = m.nextControl(at))}.
 *
 * <p>Descriptors that recvmsg(2) puts into the control buffer are open and belong to the receiver,
 * also where MSG_CTRUNC in {@link #flags} says that others did not fit and were closed by the
 * kernel.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/recvmsg.2.html">recvmsg(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man3/cmsg.3.html">cmsg(3)</a>
 */
public final class MsgHdr {
  /** A negative position: there is no further control message. */
  public static final int NO_CONTROL = -1;

  private static final int HEADER = Struct.Cmsghdr.SIZEOF;

  private final MemorySegment header;
  private final MemorySegment control;
  private final IoVec iov;
  private final int controlCapacity;
  private int pieces;
  private int controlUsed;

  /** How much of the control buffer a call that receives may fill. */
  private int controlLimit;

  /** What the first piece lies in, if that is not the arena of this message. */
  private MemorySegment held = MemorySegment.NULL;

  private @Nullable Sockaddr name;

  MsgHdr(MemorySegment header, MemorySegment control, int controlCapacity, IoVec iov) {
    this.header = header;
    this.control = control;
    this.controlCapacity = controlCapacity;
    this.controlLimit = controlCapacity;
    this.iov = iov;
  }

  /**
   * Room for {@code pieces} pieces of data and {@code controlBytes} of control messages; {@link
   * #controlSpace} tells how many bytes one needs.
   */
  public static MsgHdr allocate(Arena arena, int pieces, int controlBytes) {
    MemorySegment header = arena.allocate(Struct.Msghdr.SIZEOF, 8);
    MemorySegment control = arena.allocate(Math.max(controlBytes, 1), 8);
    MsgHdr message = new MsgHdr(header, control, controlBytes, IoVec.allocate(arena, pieces));
    message.pieces(pieces);
    return message;
  }

  /** Bytes of control buffer that a message with {@code dataBytes} takes: CMSG_SPACE. */
  public static int controlSpace(int dataBytes) {
    return HEADER + aligned(dataBytes);
  }

  /** Bytes of a control message with {@code dataBytes}, without padding behind it: CMSG_LEN. */
  public static int controlLength(int dataBytes) {
    return HEADER + dataBytes;
  }

  private static int aligned(int bytes) {
    return (bytes + 7) & ~7;
  }

  /** The pieces of data. */
  public IoVec iov() {
    return iov;
  }

  /** How many of the pieces, from the first on, take part; at first, all of them. */
  public void pieces(int count) {
    header.set(JAVA_LONG, Struct.Msghdr.MSG_IOV, iov.readable(0, count));
    header.set(JAVA_LONG, Struct.Msghdr.MSG_IOVLEN, count);
    pieces = count;
    held = MemorySegment.NULL;
  }

  /**
   * One piece of data, in native memory of any arena that this thread may use: a call keeps it
   * open. Until the next call of this or of {@link #pieces}.
   */
  public void data(MemorySegment buffer, long offset, long length) {
    iov.setHeld(0, buffer, offset, length);
    pieces(1);
    held = buffer;
  }

  /**
   * How many bytes of control messages to receive at most; what does not fit is lost (MSG_CTRUNC).
   * Descriptors fill the padding too that {@link #controlSpace} counts: {@link #controlLength} of
   * their bytes is room for just so many.
   */
  public void controlLimit(int bytes) {
    controlLimit = Math.min(bytes, controlCapacity);
  }

  /**
   * The address to send to, or one to be filled with the sender's. It must have been allocated in
   * this message's arena; null, as at first, for none.
   */
  public void name(@Nullable Sockaddr address) {
    if (address != null && !address.storage().scope().equals(header.scope())) {
      throw new IllegalArgumentException(
          "the address must lie in the arena of its message, which is what a call keeps open");
    }
    name = address;
  }

  /** msg_flags as recvmsg(2) left them: MSG_TRUNC, MSG_CTRUNC, MSG_EOR, MSG_CMSG_CLOEXEC. */
  public int flags() {
    return header.get(JAVA_INT, Struct.Msghdr.MSG_FLAGS);
  }

  /** Forgets the control messages. */
  public void clearControl() {
    controlUsed = 0;
  }

  /**
   * Appends a control message that passes descriptors, SCM_RIGHTS of unix(7). The kernel duplicates
   * them when the message is sent; the caller's own stay open.
   */
  public void addRights(int[] fds, int count) {
    int dataBytes = Math.multiplyExact(count, Integer.BYTES);
    int space = controlSpace(dataBytes);
    if (space > controlCapacity - controlUsed) {
      throw new IllegalArgumentException(
          "%d descriptors need %d bytes of control buffer, %d are left"
              .formatted(count, space, controlCapacity - controlUsed));
    }
    int at = controlUsed;
    control.asSlice(at, space).fill((byte) 0);
    control.set(JAVA_LONG, at + Struct.Cmsghdr.CMSG_LEN, (long) HEADER + dataBytes);
    control.set(JAVA_INT, at + Struct.Cmsghdr.CMSG_LEVEL, Socket.SOL_SOCKET);
    control.set(JAVA_INT, at + Struct.Cmsghdr.CMSG_TYPE, Socket.SCM_RIGHTS);
    MemorySegment.copy(fds, 0, control, JAVA_INT, at + HEADER, count);
    controlUsed = at + space;
  }

  /**
   * Appends a control message that has the kernel cut the data into datagrams, UDP_SEGMENT of
   * udp(7).
   *
   * @param bytes of each datagram but the last, which may be shorter
   */
  public void addSegmentSize(int bytes) {
    int space = controlSpace(Short.BYTES);
    if (space > controlCapacity - controlUsed) {
      throw new IllegalArgumentException("the size of a segment needs %d bytes".formatted(space));
    }
    int at = controlUsed;
    control.set(JAVA_LONG, at + Struct.Cmsghdr.CMSG_LEN, (long) HEADER + Short.BYTES);
    control.set(JAVA_INT, at + Struct.Cmsghdr.CMSG_LEVEL, Socket.SOL_UDP);
    control.set(JAVA_INT, at + Struct.Cmsghdr.CMSG_TYPE, Socket.UDP_SEGMENT);
    control.set(JAVA_LONG, at + HEADER, bytes); // little endian: the short, and padding
    controlUsed = at + space;
  }

  /** Where the first control message starts, or {@link #NO_CONTROL}. */
  public int firstControl() {
    return wholeHeaderAt(0);
  }

  /** Where the control message after the one at {@code at} starts, or {@link #NO_CONTROL}. */
  public int nextControl(int at) {
    return wholeHeaderAt(at + HEADER + aligned(controlDataLength(at)));
  }

  private int wholeHeaderAt(int at) {
    return controlUsed - at >= HEADER ? at : NO_CONTROL;
  }

  /** cmsg_level of the control message at a position, such as SOL_SOCKET. */
  public int controlLevel(int at) {
    return control.get(JAVA_INT, at + Struct.Cmsghdr.CMSG_LEVEL);
  }

  /** cmsg_type of the control message at a position, such as SCM_RIGHTS. */
  public int controlType(int at) {
    return control.get(JAVA_INT, at + Struct.Cmsghdr.CMSG_TYPE);
  }

  /** Bytes of data of the control message at a position. */
  public int controlDataLength(int at) {
    long length = control.get(JAVA_LONG, at + Struct.Cmsghdr.CMSG_LEN) - HEADER;
    return Math.clamp(length, 0, controlUsed - at - HEADER);
  }

  /** Int {@code i} of the data of the control message at a position: a descriptor of SCM_RIGHTS. */
  public int controlInt(int at, int i) {
    return controlData(at).get(JAVA_INT, (long) i * Integer.BYTES);
  }

  /** The data of the control message at a position, a view. */
  public MemorySegment controlData(int at) {
    return control.asSlice(at + HEADER, controlDataLength(at));
  }

  /** The header, for a call that reads data, address and control messages. */
  MemorySegment toSend() {
    point(name == null ? 0 : name.length(), controlUsed);
    return header;
  }

  /** The header, for a call that overwrites data, address and control messages. */
  MemorySegment toReceive() {
    iov.writable(0, pieces);
    point(name == null ? 0 : Struct.SockaddrStorage.SIZEOF, controlLimit);
    return header;
  }

  /** What a call has to keep open beside the header. */
  MemorySegment held() {
    return held;
  }

  /** Takes over the lengths that recvmsg(2) has written; returns its result. */
  int received(int bytes) {
    controlUsed = (int) header.get(JAVA_LONG, Struct.Msghdr.MSG_CONTROLLEN);
    if (name != null) {
      name.length(header.get(JAVA_INT, Struct.Msghdr.MSG_NAMELEN));
    }
    return bytes;
  }

  private void point(int nameLength, int controlLength) {
    long nameAddress = name == null ? 0 : name.storage().address();
    header.set(JAVA_LONG, Struct.Msghdr.MSG_NAME, nameAddress);
    header.set(JAVA_INT, Struct.Msghdr.MSG_NAMELEN, nameLength);
    header.set(JAVA_LONG, Struct.Msghdr.MSG_CONTROL, controlLength == 0 ? 0 : control.address());
    header.set(JAVA_LONG, Struct.Msghdr.MSG_CONTROLLEN, controlLength);
    header.set(JAVA_INT, Struct.Msghdr.MSG_FLAGS, 0);
  }
}
