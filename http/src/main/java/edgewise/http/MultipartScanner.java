package edgewise.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds the parts in a multipart body, RFC 2046 section 5.1, strictly: lines end with CRLF, and a
 * line that begins with the boundary is a boundary or an error.
 *
 * <pre>
 *  PREAMBLE --delimiter--> BOUNDARY --CR--> BOUNDARY_LF --LF--> HEADER --empty line--> CONTENT
 *                          ^   |  `--blank--> PADDING --CR-^                              |
 *                          |   `--"-"--> CLOSE --"-"--> CLOSED --CR--> CLOSED_LF --> EPILOGUE
 *                          `---------------------- delimiter -----------------------------'
 * </pre>
 *
 * <p>Any cut of the input gives the same calls, but for how the content is cut. What may be the
 * beginning of a delimiter is not kept but counted: it is equal to the delimiter's own beginning.
 */
final class MultipartScanner {
  /** Gets what is found. */
  interface Sink {
    void begin(PartHeader header) throws IOException;

    void content(ByteBuffer octets) throws IOException;

    void end() throws IOException;
  }

  private static final int PREAMBLE = 0;
  private static final int BOUNDARY = 1;
  private static final int PADDING = 2;
  private static final int BOUNDARY_LF = 3;
  private static final int HEADER = 4;
  private static final int CONTENT = 5;
  private static final int CLOSE = 6;
  private static final int CLOSED = 7;
  private static final int CLOSED_LF = 8;
  private static final int EPILOGUE = 9;

  /** The CR and LF that begin a delimiter. */
  private static final int LINE_BREAK = 2;

  private final MultipartLimits limits;
  private final Sink sink;
  private final byte[] delimiter;
  private final FieldParser fields;
  private final ByteBuffer header;
  private int state = PREAMBLE;

  /** How many octets of the delimiter the input ends with. */
  private int matched = LINE_BREAK;

  /** How many of these were not there as content: at a line's beginning the line break was. */
  private int implied = LINE_BREAK;

  private int headerLength;
  private int parts;
  private long ignored;
  private long total;

  MultipartScanner(byte[] delimiter, MultipartLimits limits, Sink sink) {
    this.delimiter = delimiter;
    this.limits = limits;
    this.sink = sink;
    fields = new FieldParser(limits.maxHeaderBytes(), limits.maxHeaderFields());
    header = ByteBuffer.allocate(limits.maxHeaderBytes() + 1); // one more shows that it is too long
  }

  /** Takes all octets of the buffer. */
  void scan(ByteBuffer in) throws IOException {
    int end = in.limit();
    long allowed = limits.maxBytes() - total;
    boolean tooLong = in.remaining() > allowed;
    if (tooLong) {
      in.limit(in.position() + (int) allowed); // what is wrong before comes first, for any cut
    }
    total += in.remaining();
    while (in.hasRemaining()) {
      step(in);
    }
    in.limit(end);
    if (tooLong) {
      throw tooMuch("the body is longer than " + limits.maxBytes() + " octets");
    }
  }

  /** The input has ended. */
  void end() {
    if (state != CLOSED && state != EPILOGUE) {
      throw malformed("the body ends before its last boundary");
    }
  }

  private void step(ByteBuffer in) throws IOException {
    switch (state) {
      case PREAMBLE, CONTENT -> upToDelimiter(in);
      case HEADER -> header(in);
      case EPILOGUE -> {
        ignore(in.remaining());
        in.position(in.limit());
      }
      default -> framing(in.get());
    }
  }

  /**
   * Gives out the octets before the delimiter. Only its first octet is a CR, so where a match fails
   * another can begin at the failing octet and nowhere before.
   */
  private void upToDelimiter(ByteBuffer in) throws IOException {
    int start = in.position();
    int held = matched; // of the delimiter, in earlier pieces
    int i = start;
    while (i < in.limit() && matched < delimiter.length) {
      byte b = in.get(i);
      if (b == delimiter[matched]) {
        matched++;
        i++;
      } else if (matched == 0) {
        i++;
      } else {
        release(held);
        held = 0;
        matched = 0; // and the octet is looked at again
      }
    }
    int given = i - (matched - held) - start;
    if (given > 0) {
      give(in.slice(start, given));
    }
    in.position(i);
    if (matched == delimiter.length) {
      found();
    }
  }

  /** What looked like a delimiter was content. */
  private void release(int held) throws IOException {
    if (held > implied) {
      give(ByteBuffer.wrap(delimiter, implied, held - implied));
    }
    implied = 0;
  }

  private void give(ByteBuffer octets) throws IOException {
    if (state == CONTENT) {
      sink.content(octets);
    } else {
      ignore(octets.remaining());
    }
  }

  private void found() throws IOException {
    if (state == CONTENT) {
      sink.end();
    }
    state = BOUNDARY;
  }

  /** What comes behind a boundary, one octet at a time. */
  private void framing(byte b) throws IOException {
    switch (state) {
      case BOUNDARY, PADDING -> {
        if (b == '-' && state == BOUNDARY) {
          state = CLOSE;
        } else {
          state = afterBoundary(b, PADDING, BOUNDARY_LF);
        }
      }
      case BOUNDARY_LF -> beginPart(b);
      case CLOSE -> {
        if (b != '-') {
          throw malformed("a line begins with the boundary and goes on");
        }
        state = CLOSED;
      }
      case CLOSED -> state = afterBoundary(b, CLOSED, CLOSED_LF);
      default -> {
        requireLf(b);
        state = EPILOGUE;
      }
    }
  }

  private int afterBoundary(byte b, int ifBlank, int ifCr) {
    if (Octets.isBlank(b)) {
      ignore(1);
      return ifBlank;
    }
    if (b == Octets.CR) {
      return ifCr;
    }
    throw malformed(
        b == Octets.LF
            ? "a line ends with LF instead of CRLF"
            : "a line begins with the boundary and goes on");
  }

  private void beginPart(byte b) {
    requireLf(b);
    if (parts == limits.maxParts()) {
      throw tooMuch("the body has more than " + parts + " parts");
    }
    parts++;
    fields.begin(0);
    headerLength = 0;
    state = HEADER;
  }

  private void requireLf(byte b) {
    if (b != Octets.LF) {
      throw malformed("a CR without LF");
    }
  }

  private void header(ByteBuffer in) throws IOException {
    int count = Math.min(in.remaining(), header.capacity() - headerLength);
    header.limit(headerLength + count);
    header.put(headerLength, in, in.position(), count);
    headerLength += count;
    in.position(in.position() + count);
    FieldParser.Event event = FieldParser.Event.FIELD;
    while (event == FieldParser.Event.FIELD) {
      event = fields.next(header, 0);
    }
    if (event == FieldParser.Event.REFUSED) {
      throw refused();
    }
    if (event == FieldParser.Event.END) {
      in.position(in.position() - (headerLength - fields.next)); // these are content
      sink.begin(PartHeader.read(header, fields.table, parts));
      matched = LINE_BREAK; // the empty line's own: a part without content may end at once
      implied = LINE_BREAK;
      state = CONTENT;
    }
  }

  private StatusException refused() {
    Refusal why = fields.refusal();
    String reason = "part " + parts + ": " + (why == null ? "malformed" : why.reason);
    return new StatusException(why != null && why.status == 431 ? 413 : 400, reason);
  }

  private void ignore(int count) {
    ignored += count;
    if (ignored > limits.maxIgnoredBytes()) {
      throw tooMuch(
          "there are more than " + limits.maxIgnoredBytes() + " octets outside of the parts");
    }
  }

  private StatusException malformed(String what) {
    String where = parts == 0 ? "before the first part: " : "part " + parts + ": ";
    return new StatusException(400, where + what);
  }

  private static StatusException tooMuch(String what) {
    return new StatusException(413, what);
  }
}
