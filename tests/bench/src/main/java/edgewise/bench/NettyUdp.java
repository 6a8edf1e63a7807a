package edgewise.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.nio.file.Path;

/**
 * UDP echo by Netty's epoll transport; what a turn has read is answered at once, by sendmmsg(2).
 *
 * @param batch datagrams that one recvmmsg(2) takes; 1 for a recvfrom(2) each, as by default
 */
record NettyUdp(int batch) implements Contestant {
  /** Netty's default for what is received of a datagram. */
  private static final int DATAGRAM_BYTES = 2048;

  @Override
  public void start(String address, Path files) throws Exception {
    Bootstrap socket = NettyTransport.EPOLL.datagrams(new Echo());
    if (batch > 1) {
      socket
          .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_BYTES)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR,
              new FixedRecvByteBufAllocator(batch * DATAGRAM_BYTES));
    }
    socket.bind(Addresses.inet(address)).sync();
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var received = (DatagramPacket) message;
      context.write(
          new DatagramPacket(received.content(), received.sender()), context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }
}
