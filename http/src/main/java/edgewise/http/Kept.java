package edgewise.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A request's own memory, for what the receive buffer cannot keep: its head, once the rest comes
 * later, and its body as far as it has come.
 */
final class Kept {
  /** What is reused does not keep more than this of what a large message made it allocate. */
  private static final int REUSED_BYTES = 64 << 10;

  private static final int LEAST_BYTES = 1 << 10;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final int maxBodyBytes;
  private ByteBuffer head = NOTHING;
  private ByteBuffer body = NOTHING;
  private boolean hasHead;
  private boolean hasBody;

  Kept(int maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  void clear() {
    hasHead = false;
    hasBody = false;
    if (body.capacity() > REUSED_BYTES) {
      body = NOTHING;
    }
  }

  /** Copies what a request shows of the receive buffer, if that was not done before. */
  void copy(Request request, int headLength) {
    if (!hasHead) {
      hasHead = true;
      head = copy(request.octets(), request.base(), headLength, head);
      request.moveHead(head);
    }
    if (request.hasWholeBody() && !hasBody) {
      hasBody = true;
      int length = request.shownBodyLength();
      body = copy(request.bodyOctets(), request.bodyStart(), length, body);
      request.showBody(body, 0, length);
    }
  }

  private static ByteBuffer copy(ByteBuffer from, int start, int length, ByteBuffer into) {
    ByteBuffer to =
        into.capacity() < length ? ByteBuffer.allocate(Math.max(length, LEAST_BYTES)) : into;
    to.put(0, from, start, length);
    return to;
  }

  /** Takes the next octets of a body, of which so many have come before. */
  void collect(ByteBuffer in, int count, int before) {
    int needed = before + count;
    if (needed > body.capacity()) {
      // Room for all of it only when that much has come: a length announced is not a length sent.
      int roomy = (int) Math.max(needed, Math.min(2L * body.capacity(), maxBodyBytes));
      body = ByteBuffer.wrap(Arrays.copyOf(body.array(), roomy));
    }
    body.put(before, in, in.position(), count);
    in.position(in.position() + count);
  }

  /** The body has been collected: the request shows it. */
  void showBody(Request request, int length) {
    hasBody = true;
    request.showBody(body, 0, length);
  }
}
