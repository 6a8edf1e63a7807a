package edgewise.http;

import edgewise.http.Response.Field;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body of the request in hand, as it comes: kept for a handler that wants all of it, handed on
 * to one that receives it, or thrown away.
 */
final class Intake {
  private enum Use {
    /** Kept in memory, for a handler that wants all of it. */
    COLLECT,
    /** Handed on piece by piece. */
    RECEIVE,
    /** Thrown away, so that the next request can be found behind it. */
    DISCARD
  }

  /** What {@link #read} has met. */
  enum Step {
    /** Nothing; more has to come. */
    NOTHING,
    /** A part of the body. */
    PART,
    /** The body's end. */
    END,
    /** What is no body, or is longer than it may be. */
    REFUSED,
    /** More than may be thrown away: nothing more is read. */
    TOO_LONG
  }

  private final Exchange exchange;
  private final HttpLoop shared;
  private final HttpLimits limits;
  private final RequestParser parser;
  private final Request request;
  private final BodyDecoder decoder;
  private final Kept kept;
  private Use use = Use.DISCARD;
  private @Nullable BodyReceiver receiver;

  /** Octets of the body that have come. */
  long received;

  /** The whole body has come. */
  boolean ended;

  /** Nothing more is wanted now. */
  boolean paused;

  /** Was {@link #paused} at some time since the rate was looked at. */
  boolean hasPaused;

  /** More is to come than may be thrown away. */
  private boolean tooLong;

  /** 100 (Continue) was sent. */
  private boolean continued;

  Intake(Exchange exchange, HttpLoop shared, RequestParser parser, Request request) {
    this.exchange = exchange;
    this.shared = shared;
    this.parser = parser;
    this.request = request;
    limits = shared.limits;
    decoder = new BodyDecoder(limits);
    kept = new Kept(limits.maxBodyBytes());
  }

  /** Makes it ready for another request. */
  void reset() {
    kept.clear();
    use = Use.DISCARD;
    receiver = null;
    received = 0;
    ended = false;
    paused = false;
    hasPaused = false;
    tooLong = false;
    continued = false;
  }

  /** Copies what the request shows of the receive buffer, which is used for something else next. */
  void keepShown() {
    kept.copy(request, parser.length());
  }

  /**
   * The head is complete; the body follows in the buffer.
   *
   * @return false if more is announced than a body may have
   */
  boolean begin(ByteBuffer in) {
    long announced = Math.max(0, parser.rules.contentLength);
    if (parser.rules.chunked) {
      decoder.beginChunked(limits.maxStreamedBodyBytes());
      return true;
    }
    decoder.beginFixed(announced);
    if (announced <= Math.min(in.remaining(), limits.maxBodyBytes())) {
      takeWhole(in, (int) announced);
    }
    return announced <= limits.maxStreamedBodyBytes();
  }

  /** Takes a body of known length, all of which has come, where it stands, without a copy. */
  private void takeWhole(ByteBuffer in, int length) {
    request.showBody(in, in.position(), length);
    in.position(in.position() + length);
    received = length;
    ended = true;
  }

  /** Puts a body that was taken whole back, to be read piece by piece. */
  void putBack(ByteBuffer in) {
    in.position(in.position() - (int) received);
    received = 0;
    ended = false;
    request.hideBody();
  }

  /** Whether octets are welcome. */
  boolean isReading() {
    return !ended && !paused;
  }

  /** Takes the next octets. */
  Step read(ByteBuffer in) {
    int count = decoder.decode(in);
    return switch (count) {
      case BodyDecoder.MORE_NEEDED -> Step.NOTHING;
      case BodyDecoder.REFUSED -> refused();
      case BodyDecoder.END -> end();
      default -> take(in, count);
    };
  }

  private Step refused() {
    if (refusal() != Refusal.BODY_LENGTH || use != Use.DISCARD) {
      return Step.REFUSED;
    }
    tooLong = true;
    paused = true;
    return Step.TOO_LONG;
  }

  /** Why, after {@link Step#REFUSED}. */
  Refusal refusal() {
    return Objects.requireNonNull(decoder.refusal());
  }

  private Step end() {
    ended = true;
    if (use == Use.COLLECT) {
      kept.showBody(request, (int) received);
    }
    return Step.END;
  }

  private Step take(ByteBuffer in, int count) {
    int before = (int) received; // used while it is at most maxBodyBytes
    received += count;
    switch (use) {
      case COLLECT -> kept.collect(in, count, before);
      case DISCARD -> in.position(in.position() + count);
      case RECEIVE -> hand(in, count);
    }
    return Step.PART;
  }

  /** The trailer section, once the body has ended. */
  List<Field> trailers() {
    return decoder.trailers();
  }

  // --- what becomes of it

  /** It is kept in memory; false if more is announced than may be. */
  boolean collect() {
    use = Use.COLLECT;
    paused = false;
    return decoder.limit(limits.maxBodyBytes());
  }

  /** It is thrown away, be it that a receiver had wanted it. */
  void discard() {
    use = Use.DISCARD;
  }

  /** Limits what may be thrown away from now on; false if more is known to come. */
  boolean limitDiscarded() {
    return !tooLong && decoder.limit(limits.maxBodyBytes());
  }

  /** It is handed on to a receiver. */
  void receive(BodyReceiver by, BodyFlow flow) {
    use = Use.RECEIVE;
    receiver = by;
    paused = false;
    try {
      by.begin(flow);
      if (ended) {
        if (received > 0) {
          by.receive(request.body());
        }
        endReceiver();
      }
    } catch (Throwable t) {
      exchange.receiverFailed(t);
    }
  }

  boolean hasReceiver() {
    return receiver != null;
  }

  private void hand(ByteBuffer in, int count) {
    int limit = in.limit();
    int end = in.position() + count;
    in.limit(end);
    try {
      Objects.requireNonNull(receiver).receive(in);
    } catch (Throwable t) {
      exchange.receiverFailed(t);
    } finally {
      in.limit(limit).position(end);
    }
  }

  /** The receiver, if there is one, has had everything. */
  void endReceiver() {
    BodyReceiver by = receiver;
    receiver = null;
    try {
      if (by != null) {
        by.end(trailers());
      }
    } catch (Throwable t) {
      exchange.receiverFailed(t);
    }
  }

  /** The receiver, if there is one, does not get the rest. */
  void failReceiver(String why, @Nullable Throwable cause) {
    BodyReceiver by = receiver;
    receiver = null;
    if (by != null) {
      shared.tellOfEnd(() -> by.fail(new IOException(why, cause)));
    }
  }

  /** The receiver wants no more for now; one that is not there any more has no say. */
  void pause() {
    if (receiver != null) {
      paused = true;
      hasPaused = true;
    }
  }

  /** Whether a receiver had the body paused, which now is over. */
  boolean resume() {
    boolean wasPaused = receiver != null && paused;
    paused &= !wasPaused;
    return wasPaused;
  }

  // --- Expect: 100-continue

  /** Whether 100 (Continue) is what the client waits for: RFC 9110 section 10.1.1. */
  boolean awaitsContinue() {
    return parser.rules.expectsContinue && !continued && received == 0 && !ended;
  }

  /** Whether to tell the client to go on, which waits for that; true once, if it is wanted. */
  boolean takeContinue() {
    boolean now = use != Use.DISCARD && !paused && awaitsContinue();
    continued |= now;
    return now;
  }
}
