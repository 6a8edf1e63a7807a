package edgewise.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The fields that steer the connection itself, looked at as soon as each line is complete: Host,
 * Content-Length, Transfer-Encoding, Connection, Expect. Where they leave a doubt about where the
 * message ends, or whom it is for, the message is refused.
 */
final class FieldRules {
  private static final Keyword HOST = new Keyword("Host");
  private static final Keyword EXPECT = new Keyword("Expect");
  private static final Keyword CONNECTION = new Keyword("Connection");
  private static final Keyword CONTENT_LENGTH = new Keyword("Content-Length");
  private static final Keyword TRANSFER_ENCODING = new Keyword("Transfer-Encoding");
  private static final Keyword CLOSE = new Keyword("close");
  private static final Keyword KEEP_ALIVE = new Keyword("keep-alive");
  private static final Keyword UPGRADE = new Keyword("upgrade");

  /** The length that says: no Content-Length. */
  static final long NONE = -1;

  long contentLength;
  boolean chunked;
  boolean expectsContinue;
  private boolean close;
  private boolean keepAlive;
  boolean upgrade;
  private boolean coded;

  /** The index of the Host field, or -1. */
  int host;

  void reset() {
    contentLength = NONE;
    chunked = false;
    expectsContinue = false;
    close = false;
    keepAlive = false;
    upgrade = false;
    coded = false;
    host = FieldTable.NONE;
  }

  /** Looks at the last field of the table. */
  @Nullable Refusal take(ByteBuffer in, int base, FieldTable table, int minorVersion) {
    int field = table.count() - 1;
    int start = base + table.nameStart(field);
    int end = base + table.nameEnd(field);
    int from = base + table.valueStart(field);
    int to = base + table.valueEnd(field);
    switch (end - start) { // few fields have one of these lengths, so few names are compared
      case 4 -> {
        if (HOST.equals(in, start, end)) {
          return host(in, from, to, field);
        }
      }
      case 6 -> {
        if (EXPECT.equals(in, start, end)) {
          return expect(in, from, to, minorVersion);
        }
      }
      case 10 -> {
        if (CONNECTION.equals(in, start, end)) {
          connection(in, from, to);
        }
      }
      case 14 -> {
        if (CONTENT_LENGTH.equals(in, start, end)) {
          return contentLength(in, from, to);
        }
      }
      case 17 -> {
        if (TRANSFER_ENCODING.equals(in, start, end)) {
          return transferEncoding(in, from, to, minorVersion);
        }
      }
      default -> {}
    }
    return null;
  }

  /** What can only be said when all fields are known. */
  @Nullable Refusal end(int minorVersion) {
    // RFC 9112 section 3.2; HTTP/1.0 did not know the field.
    return host == FieldTable.NONE && minorVersion > 0 ? Refusal.HOST_MISSING : null;
  }

  /** RFC 9112 section 9.3. */
  boolean isPersistent(int minorVersion) {
    return !close && (minorVersion > 0 || keepAlive);
  }

  /** Whether the client has said that this is its last request, RFC 9112 section 9.6. */
  boolean saysClose() {
    return close;
  }

  private @Nullable Refusal host(ByteBuffer in, int from, int to, int field) {
    if (host != FieldTable.NONE) {
      return Refusal.HOST_REPEATED;
    }
    host = field;
    return Authority.isValid(in, from, to, false) ? null : Refusal.HOST;
  }

  /** RFC 9110 section 10.1.1: an HTTP/1.0 client cannot mean it. */
  private @Nullable Refusal expect(ByteBuffer in, int from, int to, int minorVersion) {
    if (minorVersion == 0) {
      return null;
    }
    expectsContinue = Octets.equalIgnoringCase(in, from, to, "100-continue");
    return expectsContinue ? null : Refusal.EXPECTATION;
  }

  private void connection(ByteBuffer in, int from, int to) {
    int i = from;
    while (i < to) {
      int start = skipBlank(in, i, to);
      int end = start;
      while (end < to && in.get(end) != ',') {
        end++;
      }
      int last = trimBlank(in, start, end);
      close |= CLOSE.equals(in, start, last);
      keepAlive |= KEEP_ALIVE.equals(in, start, last);
      upgrade |= UPGRADE.equals(in, start, last);
      i = end + 1;
    }
  }

  /**
   * Digits and nothing else. RFC 9110 section 8.6 lets a server mend a repeated equal value;
   * proxies have disagreed about it, so it is refused like any other.
   */
  private @Nullable Refusal contentLength(ByteBuffer in, int from, int to) {
    if (contentLength != NONE) {
      return Refusal.LENGTH_REPEATED;
    }
    long length = from == to ? NONE : 0;
    for (int i = from; i < to && length >= 0; i++) {
      int digit = in.get(i) - '0';
      boolean fits = length <= (Long.MAX_VALUE - 9) / 10;
      length = digit >= 0 && digit <= 9 && fits ? length * 10 + digit : NONE;
    }
    contentLength = length;
    if (length < 0) {
      return Refusal.LENGTH;
    }
    return coded ? Refusal.CODING_AND_LENGTH : null;
  }

  /** RFC 9112 section 6.1. Both framings at once are an attack or a fault, on 1.0 as on 1.1. */
  private @Nullable Refusal transferEncoding(ByteBuffer in, int from, int to, int minorVersion) {
    if (coded) {
      return Refusal.CODING_REPEATED;
    }
    coded = true;
    if (minorVersion == 0) {
      return Refusal.CODING_IN_1_0;
    }
    if (contentLength != NONE) {
      return Refusal.CODING_AND_LENGTH;
    }
    chunked = Octets.equalIgnoringCase(in, from, to, "chunked");
    return chunked ? null : unknownCodings(in, from, to);
  }

  /** Well-formed codings that end with chunked are merely unknown; the rest is malformed. */
  private static Refusal unknownCodings(ByteBuffer in, int from, int to) {
    boolean chunkedSeen = false;
    int i = from;
    while (true) {
      int start = skipBlank(in, i, to);
      int end = start;
      while (end < to && Octets.isToken(in.get(end))) {
        end++;
      }
      int after = skipBlank(in, end, to);
      if (end == start || chunkedSeen || (after < to && in.get(after) != ',')) {
        return Refusal.CODING;
      }
      chunkedSeen = Octets.equalIgnoringCase(in, start, end, "chunked");
      if (after == to) {
        return Refusal.CODING_UNKNOWN;
      }
      i = after + 1;
    }
  }

  private static int skipBlank(ByteBuffer in, int from, int to) {
    int i = from;
    while (i < to && Octets.isBlank(in.get(i))) {
      i++;
    }
    return i;
  }

  private static int trimBlank(ByteBuffer in, int from, int to) {
    int i = to;
    while (i > from && Octets.isBlank(in.get(i - 1))) {
      i--;
    }
    return i;
  }
}
