package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.PeerCredentials;
import edgewise.linux.MsgHdr;
import edgewise.linux.Socket;
import edgewise.spi.Ancillary;
import edgewise.spi.NativeBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bytes with what travels beside them: recvmsg(2), sendmsg(2), and the control messages of unix(7).
 * Each thread has one.
 */
final class Messages {
  private static final int CREDENTIALS_SPACE = MsgHdr.controlSpace(3 * Integer.BYTES);

  /**
   * Room for what whoever has passed the socket may have switched on, now or later: SO_PASSCRED,
   * SO_PASSPIDFD. Without it that would look like lost descriptors.
   */
  private static final int SPARE = CREDENTIALS_SPACE + MsgHdr.controlSpace(Integer.BYTES);

  private static final int CONTROL_SPACE =
      SPARE + MsgHdr.controlSpace(ConnectionOptions.MAX_DESCRIPTORS * Integer.BYTES);

  private static final ThreadLocal<Messages> CURRENT = ThreadLocal.withInitial(Messages::new);

  private final MsgHdr header = MsgHdr.allocate(Arena.ofAuto(), 1, CONTROL_SPACE);

  static Messages current() {
    return CURRENT.get();
  }

  /** recvmsg(2); what came beside the bytes is added to {@code beside}. */
  int receive(
      Kernel kernel,
      int fd,
      NativeBuffer into,
      int offset,
      int length,
      int flags,
      boolean credentials,
      Ancillary beside) {
    header.data(into.segment, offset, length);
    header.controlLimit(controlLimit(beside.room()));
    int count = kernel.recvmsg(fd, header, flags | Socket.MSG_CMSG_CLOEXEC);
    beside.truncated = false;
    beside.sender = null;
    if (count >= 0) {
      takeOver(kernel, header, credentials, beside);
    }
    return count;
  }

  /** The kernel fills room that is left over with descriptors too. */
  static int controlLimit(int descriptors) {
    return SPARE + (descriptors == 0 ? 0 : MsgHdr.controlLength(descriptors * Integer.BYTES));
  }

  /** Adds what a message has brought to {@code beside}, which owns it from now on. */
  static void takeOver(Kernel kernel, MsgHdr header, boolean credentials, Ancillary beside) {
    beside.truncated = (header.flags() & Socket.MSG_CTRUNC) != 0;
    for (int at = header.firstControl(); at >= 0; at = header.nextControl(at)) {
      takeOver(kernel, header, at, credentials, beside);
    }
  }

  private static void takeOver(
      Kernel kernel, MsgHdr header, int at, boolean credentials, Ancillary beside) {
    if (header.controlLevel(at) != Socket.SOL_SOCKET) {
      return;
    }
    switch (header.controlType(at)) {
      case Socket.SCM_RIGHTS -> {
        int count = header.controlDataLength(at) / Integer.BYTES;
        for (int i = 0; i < count; i++) {
          takeOver(kernel, header.controlInt(at, i), beside);
        }
      }
      case Socket.SCM_CREDENTIALS -> {
        if (credentials) {
          beside.sender = credentials(header.controlData(at));
        }
      }
      case Socket.SCM_PIDFD -> kernel.close(header.controlInt(at, 0)); // open, and not asked for
      default -> {} // nothing that was asked for, and nothing that could leak
    }
  }

  private static void takeOver(Kernel kernel, int descriptor, Ancillary beside) {
    if (beside.room() > 0) {
      beside.descriptors.add(new Descriptor(descriptor, kernel::close));
    } else {
      kernel.close(descriptor);
      beside.truncated = true;
    }
  }

  /** struct ucred. */
  static PeerCredentials credentials(MemorySegment ucred) {
    return new PeerCredentials(
        ucred.getAtIndex(ValueLayout.JAVA_INT, 0),
        Integer.toUnsignedLong(ucred.getAtIndex(ValueLayout.JAVA_INT, 1)),
        Integer.toUnsignedLong(ucred.getAtIndex(ValueLayout.JAVA_INT, 2)));
  }

  /** sendmsg(2) with SCM_RIGHTS. */
  int send(Kernel kernel, int fd, NativeBuffer from, int offset, int length, int[] descriptors) {
    header.data(from.segment, offset, length);
    header.clearControl();
    header.addRights(descriptors, descriptors.length);
    int count = kernel.sendmsg(fd, header, Socket.MSG_NOSIGNAL);
    header.clearControl();
    return count;
  }
}
