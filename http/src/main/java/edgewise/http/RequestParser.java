package edgewise.http;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A push parser for the head of a request. It is shown the octets from the message's first one, as
 * often as more have come, and goes on where it stopped: it looks at each octet once. What it says
 * depends on the octets alone, not on how they were cut.
 *
 * <p>It takes nothing from the buffer; its results are offsets from the position where the message
 * begins, and a few numbers. It makes no garbage and is used again and again.
 */
final class RequestParser {
  /** The answer of {@link #parse}. */
  enum Outcome {
    MORE_NEEDED,
    COMPLETE,
    REFUSED
  }

  final RequestLine line;
  final FieldParser fields;
  final FieldRules rules = new FieldRules();
  private boolean inHeader;
  private @Nullable Refusal refusal;

  RequestParser(HttpLimits limits) {
    line = new RequestLine(limits.maxRequestLineBytes());
    fields = new FieldParser(limits.maxHeaderBytes(), limits.maxHeaderFields());
    reset();
  }

  /** Forgets everything; the next octets begin a message. */
  void reset() {
    line.reset();
    rules.reset();
    fields.begin(0);
    inHeader = false;
    refusal = null;
  }

  /** Looks at the octets from position, where the message begins, to limit; moves neither. */
  Outcome parse(ByteBuffer in) {
    int base = in.position();
    if (!inHeader) {
      Refusal why = line.parse(in, base);
      if (why != null) {
        return refuse(why);
      }
      if (!line.isDone()) {
        return Outcome.MORE_NEEDED;
      }
      fields.begin(line.next);
      inHeader = true;
    }
    return parseHeader(in, base);
  }

  private Outcome parseHeader(ByteBuffer in, int base) {
    while (true) {
      switch (fields.next(in, base)) {
        case FIELD -> {
          Refusal why = rules.take(in, base, fields.table, line.minorVersion);
          if (why != null) {
            return refuse(why);
          }
        }
        case END -> {
          Refusal why = rules.end(line.minorVersion);
          return why == null ? Outcome.COMPLETE : refuse(why);
        }
        case REFUSED -> {
          return refuse(Objects.requireNonNull(fields.refusal()));
        }
        case MORE_NEEDED -> {
          return Outcome.MORE_NEEDED;
        }
      }
    }
  }

  private Outcome refuse(Refusal why) {
    refusal = why;
    return Outcome.REFUSED;
  }

  /** Whether a message has begun: anything but empty lines has come. */
  boolean hasBegun() {
    return line.hasBegun();
  }

  /** The length of the complete head, with the empty lines before it. */
  int length() {
    return fields.next;
  }

  /** Why it was refused. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Whether another request may follow on the connection, as far as this one says. */
  boolean isPersistent() {
    return rules.isPersistent(line.minorVersion);
  }
}
