package edgewise.bench;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.file.Path;

/** Echo by Netty: what a turn has read leaves when the turn ends. */
record NettyEcho(NettyTransport transport) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    transport.listen(address, () -> new ChannelHandler[] {new Echo()});
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      context.write(bytes, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
