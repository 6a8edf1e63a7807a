package edgewise.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.ResourceLeakDetector;
import java.net.SocketAddress;
import java.util.function.Supplier;

/** Netty's channels, over epoll by JNI or over java.nio; one event loop accepts and serves. */
enum NettyTransport {
  EPOLL,
  NIO;

  static {
    // as those do who measure Netty: its leak detector samples buffers by default
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
  }

  /**
   * Serves connections by the handlers that are made for each.
   *
   * @return the loop that does it
   */
  EventLoop listen(String address, Supplier<ChannelHandler[]> handlers)
      throws InterruptedException {
    return new ServerBootstrap()
        .group(loop())
        .channel(serverChannel(Addresses.isUnix(address)))
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers.get());
              }
            })
        .bind(socketAddress(address))
        .sync()
        .channel()
        .eventLoop();
  }

  /** What a socket for datagrams is made of, but for its options. */
  Bootstrap datagrams(ChannelHandler handler) {
    Class<? extends DatagramChannel> channel =
        this == EPOLL ? EpollDatagramChannel.class : NioDatagramChannel.class;
    return new Bootstrap().group(loop()).channel(channel).handler(handler);
  }

  private EventLoopGroup loop() {
    IoHandlerFactory factory =
        switch (this) {
          case EPOLL -> EpollIoHandler.newFactory();
          case NIO -> NioIoHandler.newFactory();
        };
    return new MultiThreadIoEventLoopGroup(1, factory);
  }

  private Class<? extends ServerChannel> serverChannel(boolean unix) {
    return switch (this) {
      case EPOLL -> unix ? EpollServerDomainSocketChannel.class : EpollServerSocketChannel.class;
      case NIO -> unix ? NioServerDomainSocketChannel.class : NioServerSocketChannel.class;
    };
  }

  private SocketAddress socketAddress(String address) {
    return this == EPOLL && Addresses.isUnix(address)
        ? new DomainSocketAddress(Addresses.path(address))
        : Addresses.parse(address);
  }
}
