package edgewise.http;

import edgewise.Connection;
import edgewise.Handler;
import edgewise.Timer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one HTTP/1.1 connection. Belongs to the connection's loop.
 *
 * <pre>
 *              first octet                  head complete                body complete
 *    IDLE --------------------> HEAD ------------------------> BODY -----------------.
 *     ^  `--- whole request in one piece, the usual case ---------------------------+|
 *     |                                                                             vv
 *     |<------------------ response written; the connection is persistent ------ (handler)
 *     |                                                                              |
 *     `-- client takes the response -- BLOCKED <-- it does not; reading is paused ---|
 *                                                                                    |
 *    ENDING <-- last response written, request refused, time is up, or stopped ------'
 * </pre>
 *
 * <p>Requests that came together are answered in one go, and leave with one send. While the client
 * does not take its responses nothing is read or parsed, so that what is queued stays bounded.
 *
 * <p>One timer serves all deadlines, since a connection has one at a time. It is made once, mostly
 * moved later, which costs next to nothing, and cancelled when the connection closes.
 */
final class HttpConnection implements Handler {
  private enum Phase {
    /** Between requests; nothing but empty lines has come. */
    IDLE,
    /** Some octets of a head have come. */
    HEAD,
    /** The head is complete, the body is not. */
    BODY,
    /** Responses wait for the client, more than may be queued; reading is paused. */
    BLOCKED,
    /** The last response is written. */
    ENDING
  }

  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final Response FAILED = Response.error(500);

  private final Connection connection;
  private final HttpLoop shared;
  private final Timer deadline;
  private Phase phase = Phase.IDLE;
  private boolean stopping;
  private boolean closeWhenTaken;
  private int requests;

  /** How many requests had been answered when the deadline was last looked at. */
  private int requestsBefore;

  private @Nullable Exchange exchange;

  /** Octets moved when the rate was last looked at: received of a body, or still to be taken. */
  private long movedBefore;

  // The loop's list.
  @Nullable HttpConnection previous;
  @Nullable HttpConnection next;

  HttpConnection(Connection connection, HttpLoop shared) {
    this.connection = connection;
    this.shared = shared;
    this.deadline = connection.loop().timer(this::timeIsUp);
  }

  @Override
  public void onOpen(Connection self) {
    shared.opened(this);
    awaitRequest();
  }

  @Override
  public void onClose(Connection self, @Nullable Throwable cause) {
    deadline.cancel();
    giveExchangeBack();
    shared.closed(this);
  }

  // --- requests

  @Override
  public void onData(Connection self, ByteBuffer in) {
    Phase before = phase;
    shared.date.refresh(System.currentTimeMillis());
    boolean more = true;
    while (more) {
      more = step(in);
    }
    if (!connection.isOpen()) {
      phase = Phase.ENDING;
    } else if (phase == Phase.ENDING) {
      end(in);
    }
    setDeadline(before);
  }

  /** Takes the next request, or as much of it as has come; false if there is no more to do now. */
  private boolean step(ByteBuffer in) {
    return switch (phase) {
      case IDLE, HEAD -> in.hasRemaining() && readHead(in);
      case BODY -> readBody(in, exchange());
      case BLOCKED -> false;
      case ENDING -> {
        in.position(in.limit());
        yield false;
      }
    };
  }

  private boolean readHead(ByteBuffer in) {
    Exchange current = exchange();
    RequestParser parser = current.parser;
    return switch (parser.parse(in)) {
      case MORE_NEEDED -> {
        phase = parser.hasBegun() ? Phase.HEAD : Phase.IDLE;
        yield false;
      }
      case REFUSED -> refuse(Objects.requireNonNull(parser.refusal()));
      case COMPLETE -> {
        int base = in.position();
        in.position(base + parser.length());
        current.request.show(connection, in, base);
        if (!current.beginBody()) {
          yield refuse(Refusal.BODY_LENGTH);
        }
        phase = Phase.BODY;
        boolean answered = readBody(in, current);
        if (phase == Phase.BODY) {
          waitForBody(in, base, current);
        }
        yield answered;
      }
    };
  }

  /** The rest of the body comes later, in another buffer. */
  private void waitForBody(ByteBuffer in, int base, Exchange current) {
    current.keepHead(connection, in, base);
    // RFC 9110 section 10.1.1: not needed once some of the body has come.
    if (current.parser.rules.expectsContinue && current.bodyLength == 0 && !in.hasRemaining()) {
      connection.write(CONTINUE);
    }
  }

  private boolean readBody(ByteBuffer in, Exchange current) {
    if (current.isWholeBodyIn(in)) {
      current.showBodyIn(in);
      return respond(current);
    }
    while (true) {
      int count = current.decoder.decode(in);
      switch (count) {
        case BodyDecoder.MORE_NEEDED -> {
          return false;
        }
        case BodyDecoder.REFUSED -> {
          return refuse(Objects.requireNonNull(current.decoder.refusal()));
        }
        case BodyDecoder.END -> {
          current.showCollectedBody();
          return respond(current);
        }
        default -> current.collect(in, count);
      }
    }
  }

  // --- responses

  private boolean respond(Exchange current) {
    requests++;
    Response response = handle(current.request);
    boolean kept =
        current.parser.isPersistent()
            && !response.isClosing()
            && !stopping
            && requests < shared.limits.maxRequestsPerConnection();
    boolean more = write(response, current.request.isHead(), persistence(kept, current));
    giveExchangeBack();
    phase = kept ? Phase.IDLE : Phase.ENDING;
    if (!more) {
      block(kept);
    }
    return phase == Phase.IDLE;
  }

  private static Persistence persistence(boolean kept, Exchange current) {
    if (!kept) {
      return Persistence.CLOSED;
    }
    return current.parser.line.minorVersion == 0 ? Persistence.KEPT_AND_SAID : Persistence.KEPT;
  }

  private Response handle(Request request) {
    try {
      return Objects.requireNonNull(shared.handler.handle(request), "a handler answered with null");
    } catch (StatusException e) {
      return Response.text(e.getMessage() + "\n").withStatus(e.status());
    } catch (Throwable t) {
      shared.log.error("the handler of {} failed", request, t);
      return FAILED;
    }
  }

  private boolean write(Response response, boolean headOnly, Persistence persistence) {
    return ResponseEncoder.write(connection, response, headOnly, persistence, shared.date);
  }

  /** Answers with an error. Where the next request would begin is not known, so there is none. */
  private boolean refuse(Refusal why) {
    write(why.response(), false, Persistence.CLOSED);
    giveExchangeBack();
    phase = Phase.ENDING;
    connection.closeLingering(shared.limits.lingerTimeout());
    return false;
  }

  // --- a client that does not take its responses

  private void block(boolean kept) {
    phase = Phase.BLOCKED;
    closeWhenTaken = !kept;
    connection.pause();
  }

  @Override
  public void onWritable(Connection self) {
    if (phase != Phase.BLOCKED) {
      return;
    }
    if (closeWhenTaken) {
      phase = Phase.ENDING;
      deadline.cancel();
      // Reading was paused: what came meanwhile would make a plain close a reset.
      connection.closeLingering(shared.limits.lingerTimeout());
    } else {
      phase = Phase.IDLE;
      awaitRequest();
      connection.resume();
    }
  }

  // --- the end

  /** The last response is written. What came after its request would make a close a reset. */
  private void end(ByteBuffer in) {
    if (in.hasRemaining()) {
      connection.closeLingering(shared.limits.lingerTimeout());
    } else {
      connection.close();
    }
  }

  /** A client may shut its sending side after its last request, and still wants the answers. */
  @Override
  public void onEnd(Connection self) {
    if (phase == Phase.HEAD || phase == Phase.BODY) {
      shared.date.refresh(System.currentTimeMillis());
      refuse(Refusal.INCOMPLETE);
      deadline.cancel();
    } else {
      stopping = true;
      connection.close(); // once all is taken, or after closeTimeout; nothing is left unread
    }
  }

  @Override
  public void onStop(Connection self) {
    stop();
  }

  /** Finishes the request in hand, if there is one, and closes. */
  void stop() {
    stopping = true;
    if (phase == Phase.IDLE) {
      connection.close();
    } else if (phase == Phase.BLOCKED) {
      closeWhenTaken = true;
    }
  }

  void abort() {
    connection.abort();
  }

  // --- deadlines

  private void setDeadline(Phase before) {
    // What is set by the first octets is not set again by those that follow: slowness must end.
    boolean begun = phase != before || requests != requestsBefore;
    requestsBefore = requests;
    switch (phase) {
      case IDLE -> awaitRequest();
      case HEAD -> {
        if (begun) {
          deadline.set(shared.limits.headerTimeout());
        }
      }
      case BODY -> {
        if (begun) {
          watchRate(0);
        }
      }
      case BLOCKED -> watchRate(connection.queuedBytes());
      case ENDING -> deadline.cancel();
    }
  }

  private void awaitRequest() {
    movedBefore = Long.MAX_VALUE;
    deadline.set(shared.limits.keepAliveTimeout());
  }

  private void watchRate(long moved) {
    movedBefore = moved;
    deadline.set(shared.limits.rateWindow());
  }

  private void timeIsUp() {
    if (!connection.isOpen()) {
      return;
    }
    shared.date.refresh(System.currentTimeMillis());
    switch (phase) {
      case IDLE, BLOCKED -> checkTaken();
      case HEAD -> refuse(Refusal.HEADER_SLOW);
      case BODY -> checkBodyRate(exchange());
      case ENDING -> {}
    }
  }

  /** A client that has taken its responses is idle; one that takes them in crumbs is cut off. */
  private void checkTaken() {
    long queued = connection.queuedBytes();
    if (queued == 0) {
      connection.close();
    } else if (movedBefore - queued < shared.limits.minBytesPerWindow()) {
      connection.abort();
    } else {
      watchRate(queued);
    }
  }

  private void checkBodyRate(Exchange current) {
    if (current.bodyLength - movedBefore < shared.limits.minBytesPerWindow()) {
      refuse(Refusal.BODY_SLOW);
    } else {
      watchRate(current.bodyLength);
    }
  }

  // --- the exchange

  private Exchange exchange() {
    if (exchange == null) {
      exchange = shared.takeExchange();
    }
    return exchange;
  }

  private void giveExchangeBack() {
    if (exchange != null) {
      shared.giveBack(exchange);
      exchange = null;
    }
  }
}
