package edgewise.bench;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Instant;

/** Answers one connection's requests; flushes when all that has been read is answered. */
final class NettyHttpHandler extends ChannelInboundHandlerAdapter {
  private final NettyResponses responses;
  private final Path files;

  /** The octets so far of an upload, or {@link #NONE}. */
  private long uploaded = NONE;

  private static final long NONE = -1;

  private boolean keepAlive = true;

  NettyHttpHandler(NettyResponses responses, Path files) {
    this.responses = responses;
    this.files = files;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // one object stands for the end of every bodyless request
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof HttpRequest request) {
      answer(context, request);
    } else if (message != LastHttpContent.EMPTY_LAST_CONTENT || uploaded != NONE) {
      var content = (HttpContent) message;
      try {
        receive(context, content);
      } finally {
        content.release();
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  private void answer(ChannelHandlerContext context, HttpRequest request) throws IOException {
    keepAlive = HttpUtil.isKeepAlive(request);
    String path = request.uri();
    if (request.decoderResult().isFailure()) {
      keepAlive = false;
      write(context, responses.text(HttpResponseStatus.BAD_REQUEST, "bad request"));
    } else if (path.equals("/upload") && request.method().equals(HttpMethod.POST)) {
      beginUpload(context, request);
    } else if (!request.method().equals(HttpMethod.GET)) {
      write(context, responses.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "GET"));
    } else if (path.equals("/plaintext")) {
      write(context, responses.plaintext());
    } else if (path.equals("/json")) {
      write(context, responses.json());
    } else {
      sendFile(context, path);
    }
  }

  private void beginUpload(ChannelHandlerContext context, HttpRequest request) {
    uploaded = 0;
    if (HttpUtil.is100ContinueExpected(request)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE),
          context.voidPromise());
    }
  }

  private void receive(ChannelHandlerContext context, HttpContent content) {
    if (uploaded == NONE) {
      return; // the body of a request that has been answered
    }
    uploaded += content.content().readableBytes();
    if (content instanceof LastHttpContent) {
      write(context, responses.text(HttpResponseStatus.OK, Long.toString(uploaded)));
      uploaded = NONE;
    }
  }

  private void sendFile(ChannelHandlerContext context, String path) throws IOException {
    Path found = path.startsWith(Answers.FILES) ? Answers.file(files, path) : null;
    if (found == null) {
      write(context, responses.text(HttpResponseStatus.NOT_FOUND, "not found"));
      return;
    }
    File file = found.toFile();
    var open = new RandomAccessFile(file, "r"); // closed by the region
    long length = open.length();
    HttpHeaders headers =
        responses
            .headers("application/octet-stream", length)
            .add(
                HttpHeaderNames.LAST_MODIFIED,
                Answers.date(Instant.ofEpochMilli(file.lastModified())));
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers);
    HttpUtil.setKeepAlive(head, keepAlive);
    context.write(head, context.voidPromise());
    context.write(new DefaultFileRegion(open.getChannel(), 0, length), context.voidPromise());
    end(context, LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void write(ChannelHandlerContext context, FullHttpResponse response) {
    if (keepAlive) {
      end(context, response);
      return;
    }
    HttpHeaders own = response.headers().copy(); // that of the response may be everybody's
    HttpResponse last =
        new DefaultFullHttpResponse(
            response.protocolVersion(),
            response.status(),
            response.content(),
            own,
            EmptyHttpHeaders.INSTANCE);
    HttpUtil.setKeepAlive(last, false);
    end(context, last);
  }

  private void end(ChannelHandlerContext context, Object message) {
    if (keepAlive) {
      context.write(message, context.voidPromise());
      return;
    }
    ChannelFuture written = context.write(message);
    written.addListener(ChannelFutureListener.CLOSE);
  }
}
