package edgewise.epoll;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What happened: a digest of all of it, and the last lines in words when somebody wants them. */
final class Trace {
  private static final int LINES = Integer.getInteger("edgewise.trace", 120);

  private final @Nullable ArrayDeque<String> lines;
  private long digest;
  private long count;

  Trace(boolean verbose) {
    lines = verbose ? new ArrayDeque<>() : null;
  }

  void add(long now, String call, long subject, long result) {
    count++;
    digest = (digest + call.hashCode()) * 31 + subject;
    digest = (digest * 31 + result) * 0x9e3779b97f4a7c15L + now;
    if (lines != null) {
      note(now, call + " " + subject + " = " + result);
    }
  }

  /** A remark that is no part of the digest. */
  void note(long now, String text) {
    if (lines != null) {
      if (lines.size() == LINES) {
        lines.removeFirst();
      }
      lines.add("%12.3f us  %s".formatted(now / 1000.0, text));
    }
  }

  /** The same for two runs that did exactly the same. */
  String digest() {
    return count + " calls, digest " + Long.toHexString(digest);
  }

  String lastLines() {
    return lines == null ? "" : String.join("\n", lines);
  }
}
