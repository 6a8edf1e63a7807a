package edgewise.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the content of a message in the octets of a connection, RFC 9112 sections 6 and 7: a number
 * of octets, or chunks.
 *
 * <pre>
 *   SIZE --CR--> SIZE_LF --LF--> DATA --all of it--> DATA_CR --CR--> DATA_LF --LF--> SIZE
 *    |  `--";"--> EXTENSION       `-- size 0 --> TRAILERS --empty line--> DONE
 *    `--blank--> BLANK --";"-^  `--quote--> QUOTED (a line break in it is refused, not hidden)
 * </pre>
 *
 * <p>It copies nothing: the caller takes the content from the buffer itself.
 */
final class BodyDecoder {
  /** The answer that says: show me more octets. */
  static final int MORE_NEEDED = 0;

  /** The answer that says: that was all; the next octet belongs to the next message. */
  static final int END = -1;

  /** The answer that says: see {@link #refusal()}. */
  static final int REFUSED = -2;

  /** Sixteen digits hold any long; a longer row of zeros has no honest use. */
  private static final int MAX_SIZE_DIGITS = 16;

  private static final int SIZE = 0;
  private static final int BLANK = 1;
  private static final int EXTENSION = 2;
  private static final int QUOTED = 3;
  private static final int QUOTED_PAIR = 4;
  private static final int SIZE_LF = 5;
  private static final int DATA = 6;
  private static final int DATA_CR = 7;
  private static final int DATA_LF = 8;
  private static final int TRAILERS = 9;
  private static final int DONE = 10;

  private final FieldParser trailers;
  private final int maxExtensionBytes;
  private int state;
  private boolean chunked;

  /** What is left of the chunk, or of the whole body if it is not chunked. */
  private long left;

  /** How much content may still be announced. */
  private long allowed;

  private int sizeDigits;
  private int extensionBytes;
  private @Nullable Refusal refusal;
  private List<Response.Field> received = List.of();

  BodyDecoder(HttpLimits limits) {
    trailers = new FieldParser(limits.maxHeaderBytes(), limits.maxHeaderFields());
    maxExtensionBytes = limits.maxChunkExtensionBytes();
  }

  /** Begins a body of so many octets; none is a body of 0. */
  void beginFixed(long length) {
    chunked = false;
    left = length;
    state = length == 0 ? DONE : DATA;
    refusal = null;
    received = List.of();
  }

  /** Begins a chunked body with so much content at most. */
  void beginChunked(long maxBytes) {
    chunked = true;
    allowed = maxBytes;
    extensionBytes = 0;
    refusal = null;
    received = List.of();
    beginChunk();
  }

  /** No more content than this may still come; false if more has been announced. */
  boolean limit(long maxBytes) {
    if (chunked) {
      allowed = Math.min(allowed, maxBytes);
    }
    return state == DONE || left <= maxBytes;
  }

  /**
   * The fields that came after the last chunk; without those that would say something of the
   * framing.
   */
  List<Response.Field> trailers() {
    return received;
  }

  private void beginChunk() {
    state = SIZE;
    left = 0;
    sizeDigits = 0;
  }

  /**
   * Takes framing from the buffer up to the next content.
   *
   * @return how many octets of content stand at the buffer's position now, which the caller has to
   *     take before it asks again; or one of the constants
   */
  int decode(ByteBuffer in) {
    while (state != DONE && in.hasRemaining()) {
      if (state == DATA) {
        int count = (int) Math.min(left, in.remaining());
        left -= count;
        if (left == 0) {
          state = chunked ? DATA_CR : DONE;
        }
        return count;
      }
      if (state == TRAILERS) {
        return decodeTrailers(in);
      }
      refusal = step(in.get());
      if (refusal != null) {
        return REFUSED;
      }
    }
    return state == DONE ? END : MORE_NEEDED;
  }

  /** Why it was refused. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  private @Nullable Refusal step(byte b) {
    return switch (state) {
      case SIZE -> size(b);
      case BLANK -> blank(b);
      case EXTENSION, QUOTED, QUOTED_PAIR -> extension(b);
      case SIZE_LF -> endOfSizeLine(b);
      case DATA_CR -> endOfData(b);
      default -> beginOfNext(b);
    };
  }

  private @Nullable Refusal endOfData(byte b) {
    state = DATA_LF;
    return b == Octets.CR ? null : Refusal.CHUNK_END;
  }

  private @Nullable Refusal beginOfNext(byte b) {
    beginChunk();
    return b == Octets.LF ? null : Refusal.CHUNK_END;
  }

  private @Nullable Refusal size(byte b) {
    int digit = Octets.hex(b);
    if (digit >= 0) {
      boolean fits = left <= Long.MAX_VALUE >> 4 && ++sizeDigits <= MAX_SIZE_DIGITS;
      left = left << 4 | digit;
      return fits ? null : Refusal.CHUNK_SIZE;
    }
    if (sizeDigits == 0) {
      return Refusal.CHUNK_SIZE;
    }
    if (b == Octets.CR) {
      return announced();
    }
    if (b == ';') {
      state = EXTENSION;
      return countExtension();
    }
    state = BLANK;
    return Octets.isBlank(b) ? countExtension() : Refusal.CHUNK_SIZE;
  }

  /** Section 7.1.1 allows white space before an extension, but not in its stead. */
  private @Nullable Refusal blank(byte b) {
    if (b == ';') {
      state = EXTENSION;
    } else if (!Octets.isBlank(b)) {
      return Refusal.CHUNK_SIZE;
    }
    return countExtension();
  }

  /** Extensions are skipped; what they may consist of is checked so that no line break hides. */
  private @Nullable Refusal extension(byte b) {
    boolean valid;
    switch (state) {
      case EXTENSION -> {
        if (b == Octets.CR) {
          return announced();
        }
        state = b == '"' ? QUOTED : EXTENSION;
        valid = Octets.isToken(b) || Octets.isBlank(b) || b == ';' || b == '=' || b == '"';
      }
      case QUOTED -> {
        state = b == '"' ? EXTENSION : b == '\\' ? QUOTED_PAIR : QUOTED;
        valid = Octets.isFieldText(b);
      }
      default -> {
        state = QUOTED;
        valid = Octets.isFieldText(b);
      }
    }
    return valid ? countExtension() : Refusal.CHUNK_EXTENSION;
  }

  private @Nullable Refusal countExtension() {
    return ++extensionBytes > maxExtensionBytes ? Refusal.CHUNK_EXTENSION_LENGTH : null;
  }

  /** The size is known. */
  private @Nullable Refusal announced() {
    state = SIZE_LF;
    allowed -= left;
    return allowed < 0 ? Refusal.BODY_LENGTH : null;
  }

  private @Nullable Refusal endOfSizeLine(byte b) {
    state = DATA;
    if (left == 0) {
      state = TRAILERS;
      trailers.begin(0);
    }
    return b == Octets.LF ? null : Refusal.CHUNK_SIZE;
  }

  /** Trailers stay in the buffer until the last of them is there, as the head does. */
  private int decodeTrailers(ByteBuffer in) {
    while (true) {
      switch (trailers.next(in, in.position())) {
        case FIELD -> {} // valid, and of no consequence: a trailer never changes the framing
        case MORE_NEEDED -> {
          return MORE_NEEDED;
        }
        case REFUSED -> {
          refusal = trailers.refusal();
          return REFUSED;
        }
        case END -> {
          received = copyTrailers(in);
          in.position(in.position() + trailers.next);
          state = DONE;
          return END;
        }
      }
    }
  }

  private List<Response.Field> copyTrailers(ByteBuffer in) {
    FieldTable table = trailers.table;
    if (table.count() == 0) {
      return List.of();
    }
    var fields = new ArrayList<Response.Field>();
    for (int i = 0; i < table.count(); i++) {
      String name = table.name(in, in.position(), i);
      if (!Response.Field.isOurs(name)) { // RFC 9110 section 6.5.1: these have no place there
        fields.add(new Response.Field(name, table.value(in, in.position(), i)));
      }
    }
    return List.copyOf(fields);
  }
}
