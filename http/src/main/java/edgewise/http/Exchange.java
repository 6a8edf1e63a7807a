package edgewise.http;

import edgewise.Connection;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What a connection holds while a request is in hand: parser, decoder, the view for the handler,
 * and the body as far as it has come. A loop keeps a few for reuse; an idle connection has none.
 */
final class Exchange {
  /** A reused exchange does not keep more than this of what a large message made it allocate. */
  private static final int KEPT_BYTES = 64 << 10;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  final RequestParser parser;
  final BodyDecoder decoder;
  final Request request;
  private final int maxBodyBytes;
  private ByteBuffer head = NOTHING;
  private ByteBuffer body = NOTHING;

  /** Octets of the body that have come. */
  int bodyLength;

  Exchange(HttpLimits limits) {
    parser = new RequestParser(limits);
    decoder = new BodyDecoder(limits);
    request = new Request(parser);
    maxBodyBytes = limits.maxBodyBytes();
  }

  /** Makes it ready for another request. */
  void reset() {
    parser.reset();
    request.forget();
    bodyLength = 0;
    if (body.capacity() > KEPT_BYTES) {
      body = NOTHING;
    }
  }

  /** The head is complete; false if the body that it announces is too long. */
  boolean beginBody() {
    if (parser.rules.chunked) {
      decoder.beginChunked(maxBodyBytes);
      return true;
    }
    long length = Math.max(0, parser.rules.contentLength);
    decoder.beginFixed(length);
    return length <= maxBodyBytes;
  }

  /**
   * Whether the rest of the buffer has a body of known length as a whole, and none has come yet.
   */
  boolean isWholeBodyIn(ByteBuffer in) {
    return !parser.rules.chunked
        && bodyLength == 0
        && Math.max(0, parser.rules.contentLength) <= in.remaining();
  }

  /** Takes the whole body where it stands, without a copy. */
  void showBodyIn(ByteBuffer in) {
    int length = (int) Math.max(0, parser.rules.contentLength);
    request.showBody(in, in.position(), length);
    in.position(in.position() + length);
  }

  /** Shows what was collected by {@link #collect}. */
  void showCollectedBody() {
    request.showBody(body, 0, bodyLength);
  }

  /** Copies the next octets of the body. */
  void collect(ByteBuffer in, int count) {
    int needed = bodyLength + count;
    if (needed > body.capacity()) {
      // Room for all of it only when that much has come: a length announced is not a length sent.
      int roomy = Math.max(needed, Math.min(2 * body.capacity(), maxBodyBytes));
      body = ByteBuffer.wrap(Arrays.copyOf(body.array(), roomy));
    }
    body.put(bodyLength, in, in.position(), count);
    in.position(in.position() + count);
    bodyLength = needed;
  }

  /** Copies the head out of the buffer, since the body will come in another one. */
  void keepHead(Connection connection, ByteBuffer in, int base) {
    int length = parser.length();
    if (head.capacity() < length) {
      head = ByteBuffer.allocate(Math.max(length, 1 << 10));
    }
    head.put(0, in, base, length);
    request.show(connection, head, 0);
  }
}
