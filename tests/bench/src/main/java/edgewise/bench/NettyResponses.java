package edgewise.bench;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.DATE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Responses that are made ahead: the header of each once a second, for its Date. */
final class NettyResponses {
  private static final ByteBuf PLAINTEXT = constant(Answers.PLAINTEXT);
  private static final ByteBuf JSON = constant(Answers.JSON);

  private AsciiString date = AsciiString.EMPTY_STRING;
  private HttpHeaders plaintext = EmptyHttpHeaders.INSTANCE;
  private HttpHeaders json = EmptyHttpHeaders.INSTANCE;

  NettyResponses() {
    refresh();
  }

  /** To be called every second on the event loop. */
  void refresh() {
    date = new AsciiString(Answers.date(Instant.now()));
    plaintext = headers("text/plain", PLAINTEXT.readableBytes());
    json = headers("application/json", JSON.readableBytes());
  }

  FullHttpResponse plaintext() {
    return response(PLAINTEXT.duplicate(), plaintext);
  }

  FullHttpResponse json() {
    return response(JSON.duplicate(), json);
  }

  /** A header of its own, which may be added to. */
  HttpHeaders headers(String type, long length) {
    return DefaultHttpHeadersFactory.headersFactory()
        .withValidation(false)
        .newHeaders()
        .add(CONTENT_TYPE, AsciiString.cached(type))
        .add(CONTENT_LENGTH, AsciiString.cached(Long.toString(length)))
        .add(DATE, date);
  }

  /** A short text. */
  FullHttpResponse text(HttpResponseStatus status, String text) {
    ByteBuf content = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        status,
        content,
        headers("text/plain", content.readableBytes()),
        EmptyHttpHeaders.INSTANCE);
  }

  private static FullHttpResponse response(ByteBuf content, HttpHeaders headers) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content, headers, EmptyHttpHeaders.INSTANCE);
  }

  private static ByteBuf constant(byte[] octets) {
    return Unpooled.unreleasableBuffer(
        Unpooled.directBuffer(octets.length).writeBytes(octets).asReadOnly());
  }
}
