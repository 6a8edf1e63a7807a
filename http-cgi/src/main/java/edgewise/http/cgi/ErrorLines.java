package edgewise.http.cgi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what a program writes to stderr, line by line. Belongs to its loop. */
final class ErrorLines implements Reading.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);

  private final Script script;
  private final int maxLine;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int left;
  private boolean cut;

  ErrorLines(Script script, CgiLimits limits) {
    this.script = script;
    this.maxLine = limits.maxErrorLine();
    this.left = limits.maxErrorBytes();
  }

  @Override
  public void octets(ByteBuffer octets) {
    while (octets.hasRemaining() && left > 0) {
      left--;
      add(octets.get());
      if (left == 0) {
        end();
        LOG.warn("{}: it says more than is logged of it", script);
      }
    }
  }

  private void add(byte octet) {
    if (octet == '\n') {
      end();
    } else if (line.size() < maxLine) {
      line.write(octet);
    } else {
      cut = true;
    }
  }

  /** The line is over, or all is. */
  @Override
  public void end() {
    if (line.size() > 0) {
      LOG.warn("{}: {}{}", script, printable(line), cut ? " ..." : "");
    }
    line.reset();
    cut = false;
  }

  /** Control characters would let a program write lines of the log in other names. */
  private static String printable(ByteArrayOutputStream octets) {
    String text = octets.toString(StandardCharsets.UTF_8);
    return text.codePoints()
        .map(c -> Character.isISOControl(c) && c != '\t' && c != '\r' ? '?' : c)
        .filter(c -> c != '\r')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
