package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.spi.DatagramPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is received when an ICMP error comes in the middle of a batch. */
class SelectDatagramsTest {
  private static final SocketAddress SENDER =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  /** Has two datagrams, an error, a third datagram, and then nothing. */
  private static final class Interrupted extends SelectDatagrams {
    private int calls;

    Interrupted(DatagramChannel channel) {
      super(new SelectBackend(), channel, Endpoint.loopback(1), DatagramOptions.DEFAULT);
    }

    @Override
    @Nullable SocketAddress receiveOnce(ByteBuffer into) throws IOException {
      calls++;
      if (calls == 3) {
        throw new PortUnreachableException();
      }
      if (calls > 4) {
        return null;
      }
      into.put((byte) calls);
      return SENDER;
    }
  }

  @Test
  void anErrorInTheMiddleOfABatchCostsNoDatagram() throws IOException {
    var port = new Interrupted(DatagramChannel.open());
    var batch = new SelectIncoming();
    assertEquals(2, port.receive(batch, 32));
    assertEquals(1, batch.bytes(0).get());
    assertEquals(2, batch.bytes(1).get());
    assertTrue(port.hasFailures());
    assertNotNull(port.takeFailure());
    assertNull(port.takeFailure());
    assertEquals(1, port.receive(batch, 32));
    assertEquals(4, batch.bytes(0).get());
    assertEquals(DatagramPort.WOULD_BLOCK, port.receive(batch, 32));
    port.close();
  }
}
