package edgewise.bench;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatchers;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.file.Path;

/** What one connection sends all others get, by Netty's channel group. */
record NettyFanout(NettyTransport transport) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    var members = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    transport.listen(address, () -> new ChannelHandler[] {new Member(members)});
  }

  private static final class Member extends ChannelInboundHandlerAdapter {
    private final ChannelGroup members;

    Member(ChannelGroup members) {
      this.members = members;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      members.add(context.channel()); // it leaves by itself when it is closed
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      members.write(bytes, ChannelMatchers.isNot(context.channel()), true);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      members.flush(ChannelMatchers.isNot(context.channel()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
