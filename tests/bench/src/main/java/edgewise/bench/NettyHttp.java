package edgewise.bench;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** HTTP by Netty's codec and one inbound handler. */
record NettyHttp(NettyTransport transport) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    var responses = new NettyResponses();
    transport
        .listen(
            address,
            () ->
                new ChannelHandler[] {
                  new HttpServerCodec(), new NettyHttpHandler(responses, files)
                })
        .scheduleAtFixedRate(responses::refresh, 1, 1, TimeUnit.SECONDS);
  }
}
