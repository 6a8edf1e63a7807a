package edgewise.linux;

import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class PollTest {
  private static final int EVENTS = Poll.POLLIN | Poll.POLLRDHUP;

  private final MemorySegment memory = Arena.ofAuto().allocate(64);
  private final Descriptors fds = new Descriptors();

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void whatIsThereIsTold() {
    int[] pair = fds.pair(Socket.SOCK_SEQPACKET);
    assertEquals(0, Poll.poll(pair[1], EVENTS, 0));
    assertEquals(Poll.POLLOUT, Poll.poll(pair[1], EVENTS | Poll.POLLOUT, -1));
    ok(Socket.send(pair[0], memory, 0, 0, 0)); // a message without bytes
    assertEquals(Poll.POLLIN, Poll.poll(pair[1], EVENTS, 0));
    ok(Socket.shutdown(pair[0], Socket.SHUT_WR));
    assertEquals(EVENTS, Poll.poll(pair[1], EVENTS, -1));
    assertEquals(Poll.POLLNVAL, Poll.poll(-5 & 0xffff, EVENTS, 0));
  }

  @Test
  void theBytesThatWaitAreCounted() {
    int[] pair = fds.pair(Socket.SOCK_SEQPACKET);
    assertEquals(0, Socket.ioctlSiocinq(pair[1]));
    ok(Socket.send(pair[0], memory, 0, 5, 0));
    ok(Socket.send(pair[0], memory, 0, 0, 0));
    ok(Socket.send(pair[0], memory, 0, 7, 0));
    assertEquals(12, Socket.ioctlSiocinq(pair[1]));
    assertEquals(-Errno.EBADF, Socket.ioctlSiocinq(-1));
  }
}
