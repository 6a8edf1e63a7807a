package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class MsgHdrTest {
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(64);
  private Descriptors fds = new Descriptors();

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void dataIsGatheredAndScattered() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    memory.setString(0, "abcdef");
    MsgHdr out = MsgHdr.allocate(arena, 2, 0);
    out.iov().set(0, memory, 3, 3);
    out.iov().set(1, memory, 0, 3);
    assertEquals(6, Socket.sendmsg(pair[0], out, 0));

    MemorySegment target = arena.allocate(16);
    MsgHdr in = MsgHdr.allocate(arena, 2, 0);
    in.iov().set(0, target, 8, 1);
    in.iov().set(1, target, 0, 7);
    assertEquals(6, Socket.recvmsg(pair[1], in, 0));
    assertEquals("efabc", target.getString(0));
    assertEquals("d", target.getString(8));
    assertErrno(Errno.EAGAIN, Socket.recvmsg(pair[1], in, 0));
    fds.close(pair[0]);
    assertEquals(0, Socket.recvmsg(pair[1], in, 0));
  }

  @Test
  void dataMayLieInAnotherArena() {
    int[] pair = fds.pair(Socket.SOCK_SEQPACKET);
    MsgHdr message = MsgHdr.allocate(arena, 2, 0);
    try (Arena other = Arena.ofConfined()) {
      MemorySegment elsewhere = other.allocateFrom("0123456789");
      message.data(elsewhere, 2, 5);
      assertEquals(5, Socket.sendmsg(pair[0], message, 0));
      message.data(elsewhere, 0, 10);
      assertEquals(5, Socket.recvmsg(pair[1], message, 0));
      assertEquals("2345656789", elsewhere.getString(0));
    }
    assertThrows(IllegalStateException.class, () -> Socket.sendmsg(pair[0], message, 0));
    assertThrows(IllegalArgumentException.class, () -> message.iov().set(0, otherMemory(), 0, 1));
  }

  private static MemorySegment otherMemory() {
    return Arena.ofAuto().allocate(8);
  }

  /** The padding of a control message is room for another descriptor, if it is counted as such. */
  @Test
  void theLimitOfControlBytesIsOneOfDescriptors() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    MsgHdr out = MsgHdr.allocate(arena, 1, MsgHdr.controlSpace(8));
    out.data(memory, 0, 1);
    out.addRights(pair, 2);
    MsgHdr in = MsgHdr.allocate(arena, 1, MsgHdr.controlSpace(64));
    in.data(memory, 0, 1);
    in.controlLimit(MsgHdr.controlLength(4));
    assertEquals(1, Socket.sendmsg(pair[0], out, 0));
    assertEquals(1, Socket.recvmsg(pair[1], in, Socket.MSG_CMSG_CLOEXEC));
    assertEquals(Socket.MSG_CTRUNC, in.flags() & Socket.MSG_CTRUNC);
    assertEquals(4, in.controlDataLength(in.firstControl()));
    fds.own(in.controlInt(in.firstControl(), 0));
  }

  @Test
  void fewerPiecesThanAllocatedTakePart() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    MsgHdr out = MsgHdr.allocate(arena, 3, 0);
    out.iov().set(0, memory, 0, 5);
    out.iov().set(1, memory, 0, 7);
    out.pieces(1);
    assertEquals(5, Socket.sendmsg(pair[0], out, 0));
    out.pieces(3);
    assertEquals(12, Socket.sendmsg(pair[0], out, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> out.pieces(4));
    assertErrno(Errno.EBADF, Socket.sendmsg(-1, out, 0));
  }

  @Test
  void aDatagramHasASenderAndSaysIfItWasCutOff() {
    byte[] loopback = {127, 0, 0, 1};
    Sockaddr name = Sockaddr.allocate(arena);
    int receiver = fds.socket(Socket.AF_INET, Socket.SOCK_DGRAM);
    ok(Socket.bind(receiver, name.inet(loopback, 0, 0, 0)));
    ok(Socket.getsockname(receiver, name));
    int sender = fds.socket(Socket.AF_INET, Socket.SOCK_DGRAM);
    MsgHdr out = MsgHdr.allocate(arena, 1, 0);
    out.iov().set(0, memory, 0, 10);
    out.name(name);
    assertEquals(10, Socket.sendmsg(sender, out, 0));
    assertEquals(10, Socket.sendmsg(sender, out, 0));

    Sockaddr from = Sockaddr.allocate(arena);
    MsgHdr in = MsgHdr.allocate(arena, 1, 0);
    in.name(from);
    in.iov().set(0, memory, 0, 4);
    assertEquals(4, Socket.recvmsg(receiver, in, 0));
    assertEquals(Socket.MSG_TRUNC, in.flags() & Socket.MSG_TRUNC);
    ok(Socket.getsockname(sender, name));
    assertEquals(name.port(), from.port());

    in.name(null);
    in.iov().set(0, memory, 0, 64);
    assertEquals(10, Socket.recvmsg(receiver, in, 0));
    assertEquals(0, in.flags());
  }

  @Test
  void descriptorsArePassedAndTheReceiverOwnsThem() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    int[] pipe = fds.pipe(File.O_NONBLOCK);
    MsgHdr out = MsgHdr.allocate(arena, 1, MsgHdr.controlSpace(2 * Integer.BYTES));
    out.iov().set(0, memory, 0, 1);
    out.addRights(pipe, 2);
    assertEquals(1, Socket.sendmsg(pair[0], out, 0));

    MsgHdr in = MsgHdr.allocate(arena, 1, 256);
    in.iov().set(0, memory, 0, 64);
    assertEquals(1, Socket.recvmsg(pair[1], in, Socket.MSG_CMSG_CLOEXEC));
    int at = in.firstControl();
    assertEquals(Socket.SOL_SOCKET, in.controlLevel(at));
    assertEquals(Socket.SCM_RIGHTS, in.controlType(at));
    assertEquals(8, in.controlDataLength(at));
    int reader = fds.own(in.controlInt(at, 0));
    int writer = fds.own(in.controlInt(at, 1));
    assertEquals(MsgHdr.NO_CONTROL, in.nextControl(at));
    assertNotEquals(pipe[0], reader);
    assertEquals(File.FD_CLOEXEC, File.fcntl(reader, File.F_GETFD));
    fds.close(pipe[0]);
    fds.close(pipe[1]);
    assertEquals(5, File.write(writer, memory, 0, 5));
    assertEquals(5, File.read(reader, memory, 0, 64));
  }

  /** cmsg(3): descriptors leak where the control buffer was too small and nobody looked. */
  @Test
  void whatFitsOfACutOffControlMessageIsOpenAndIsReported() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    int event = fds.eventFd(0);
    int before = OpenDescriptors.list().size();
    MsgHdr out = MsgHdr.allocate(arena, 1, 64);
    out.iov().set(0, memory, 0, 1);
    out.addRights(new int[] {event, event, event, event}, 4);
    assertEquals(1, Socket.sendmsg(pair[0], out, 0));

    MsgHdr in = MsgHdr.allocate(arena, 1, 16 + 2 * Integer.BYTES);
    in.iov().set(0, memory, 0, 1);
    assertEquals(1, Socket.recvmsg(pair[1], in, Socket.MSG_CMSG_CLOEXEC));
    assertEquals(Socket.MSG_CTRUNC, in.flags() & Socket.MSG_CTRUNC);
    int at = in.firstControl();
    int received = in.controlDataLength(at) / Integer.BYTES;
    assertEquals(2, received);
    assertEquals(before + received, OpenDescriptors.list().size());
    for (int i = 0; i < received; i++) {
      fds.own(in.controlInt(at, i));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> in.controlInt(at, 2));
  }

  @Test
  void severalControlMessagesAreFoundOneAfterTheOther() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    ok(Socket.setsockoptInt(pair[1], Socket.SOL_SOCKET, Socket.SO_PASSCRED, 1));
    MsgHdr out = MsgHdr.allocate(arena, 1, 64);
    out.iov().set(0, memory, 0, 1);
    out.addRights(new int[] {fds.eventFd(0)}, 1);
    ok(Socket.sendmsg(pair[0], out, 0));

    MsgHdr in = MsgHdr.allocate(arena, 1, 256);
    in.iov().set(0, memory, 0, 1);
    ok(Socket.recvmsg(pair[1], in, Socket.MSG_CMSG_CLOEXEC));
    int types = 0;
    int count = 0;
    for (int at = in.firstControl(); at >= 0; at = in.nextControl(at)) {
      types |= 1 << in.controlType(at);
      count++;
      if (in.controlType(at) == Socket.SCM_RIGHTS) {
        fds.own(in.controlInt(at, 0));
      } else {
        assertEquals(ProcessHandle.current().pid(), in.controlInt(at, 0));
        assertEquals(12, in.controlData(at).byteSize());
      }
    }
    assertEquals(2, count);
    assertEquals(1 << Socket.SCM_RIGHTS | 1 << Socket.SCM_CREDENTIALS, types);
  }

  @Test
  void aMessageIsSentAgainWithoutControlOnceItIsCleared() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    MsgHdr message = MsgHdr.allocate(arena, 1, 64);
    message.iov().set(0, memory, 0, 1);
    message.addRights(new int[] {-1}, 1);
    assertErrno(Errno.EBADF, Socket.sendmsg(pair[0], message, 0));
    message.clearControl();
    assertEquals(1, Socket.sendmsg(pair[0], message, 0));
    assertEquals(1, Socket.recvmsg(pair[1], message, 0));
    assertEquals(MsgHdr.NO_CONTROL, message.firstControl());
  }

  @Test
  void moreRightsThanFitAreRefused() {
    MsgHdr message = MsgHdr.allocate(arena, 1, MsgHdr.controlSpace(8));
    assertEquals(24, MsgHdr.controlSpace(8));
    assertEquals(24, MsgHdr.controlSpace(4));
    assertThrows(IllegalArgumentException.class, () -> message.addRights(new int[3], 3));
    message.addRights(new int[2], 2);
    assertThrows(IllegalArgumentException.class, () -> message.addRights(new int[1], 1));
  }

  @Test
  void piecesAndAddressesOfOtherArenasAreRefused() {
    MsgHdr message = MsgHdr.allocate(arena, 1, 0);
    MemorySegment foreign = Arena.ofAuto().allocate(8);
    assertThrows(IllegalArgumentException.class, () -> message.iov().set(0, foreign, 0, 8));
    assertThrows(
        IllegalArgumentException.class, () -> message.name(Sockaddr.allocate(Arena.ofAuto())));
    message.iov().set(0, Arena.global().allocate(8), 0, 8);
    assertEquals(8, message.iov().length(0));
    assertThrows(IndexOutOfBoundsException.class, () -> message.iov().set(0, memory, 60, 5));
    assertThrows(IndexOutOfBoundsException.class, () -> message.iov().set(1, memory, 0, 5));
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    assertThrows(IllegalArgumentException.class, () -> message.iov().set(0, heap, 0, 8));
  }

  @Test
  void aReadOnlyPieceIsSentButNotReceivedInto() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    MsgHdr message = MsgHdr.allocate(arena, 1, 0);
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
    message.iov().set(0, memory.asReadOnly(), 0, 1);
    assertEquals(1, Socket.sendmsg(pair[0], message, 0));
    assertThrows(IllegalArgumentException.class, () -> Socket.recvmsg(pair[1], message, 0));
    message.iov().set(0, memory, 0, 1);
    assertEquals(1, Socket.recvmsg(pair[1], message, 0));
  }
}
