package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.SocketType;
import edgewise.linux.Errno;
import edgewise.linux.Socket;
import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the kernel seldom answers on a connected socket. */
class EpollStreamTest {
  private static final ConnectionOptions MESSAGES =
      ConnectionOptions.builder().type(SocketType.SEQPACKET).build();

  // poll(2) can be interrupted by a signal even if it does not wait; -EINTR has the bits of a
  // hang-up.
  @Test
  void aSignalDoesNotTurnAMessageWithoutBytesIntoTheEnd() throws IOException {
    var altered = new AlteredKernel(new LinuxKernel());
    int[] fds = new int[2];
    assertEquals(0, altered.kernel.socketpair(Socket.SOCK_SEQPACKET, fds));
    var polls = new AtomicInteger();
    altered.answer(
        "poll", () -> polls.getAndIncrement() == 0 ? -Errno.EINTR : AlteredKernel.MAKE_THE_CALL);
    var buffer = NativeBuffer.allocate(16);
    var stream =
        EpollStream.adopt(altered.kernel, new Descriptor(fds[0], altered.kernel::close), MESSAGES);
    assertEquals(0, altered.kernel.send(fds[1], buffer.segment, 0, 0, false));
    assertEquals(StreamSocket.EMPTY_MESSAGE, stream.receive(buffer, 0, 16));
    assertTrue(polls.get() > 1);
    altered.kernel.close(fds[1]);
    assertEquals(StreamSocket.END, stream.receive(buffer, 0, 16));
    stream.close();
    assertTrue(altered.open.isEmpty(), altered.open.toString());
  }
}
