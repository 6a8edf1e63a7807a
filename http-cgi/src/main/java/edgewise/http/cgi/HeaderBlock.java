package edgewise.http.cgi;

import edgewise.http.StatusException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds the end of a program's header in what it writes: an empty line. A line ends with LF or CR
 * LF (RFC 3875 section 6.2 lets the system say which, and programs do both).
 */
final class HeaderBlock {
  private final CgiLimits limits;
  private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

  /** Octets of the present line, but for a CR at its end. */
  private int lineLength;

  private boolean carriageReturn;

  HeaderBlock(CgiLimits limits) {
    this.limits = limits;
  }

  /**
   * Takes octets up to the end of the header.
   *
   * @return whether that was there; what is left in the buffer is the body
   * @throws StatusException 502 if the header is too long
   */
  boolean take(ByteBuffer in) {
    while (in.hasRemaining()) {
      byte octet = in.get();
      if (octets.size() == limits.maxHeaderBytes()) {
        throw new StatusException(502, "the program's header is too long");
      }
      octets.write(octet);
      if (octet == '\n' && lineLength == 0) {
        return true;
      }
      if (octet == '\n') {
        lineLength = 0;
        carriageReturn = false;
      } else if (octet == '\r' && !carriageReturn) {
        carriageReturn = true;
      } else {
        lineLength++;
      }
    }
    return false;
  }

  /** The lines of the header, without their ends and the empty one. */
  List<String> lines() {
    String text = octets.toString(StandardCharsets.ISO_8859_1);
    List<String> lines =
        List.of(text.split("\n", -1)).stream()
            .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
            .filter(line -> !line.isEmpty())
            .toList();
    if (lines.size() > limits.maxHeaderFields()) {
      throw new StatusException(502, "the program's header has too many fields");
    }
    return lines;
  }
}
