package edgewise.http;

import edgewise.Acceptor;
import edgewise.OpenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a response carries. */
sealed interface Body
    permits Body.Bytes, Body.FileRegion, Body.Parts, Body.Source, Body.Output, Body.Upgrade, Later {
  /** The length of a body that is not known before it ends. */
  long UNKNOWN = -1;

  /** How many octets, or {@link #UNKNOWN}. */
  long length();

  /** Lets go of what it holds: it is sent, or for the reason given never will be. */
  default void release(@Nullable Throwable why) {}

  /** Octets in memory. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Bytes(byte[] octets) implements Body {
    @Override
    public long length() {
      return octets.length;
    }
  }

  /** A region of a file, which the response owns. */
  record FileRegion(OpenFile file, long position, long length) implements Body {
    static FileRegion whole(OpenFile file) {
      return new FileRegion(file, 0, file.size());
    }

    @Override
    public void release(@Nullable Throwable why) {
      file.close(); // idempotent: a file of several regions is closed once
    }
  }

  /** Several, sent one after the other. They may be regions of the same file. */
  record Parts(List<Body> parts, long length) implements Body {
    static Parts of(List<Body> parts) {
      return new Parts(List.copyOf(parts), parts.stream().mapToLong(Body::length).sum());
    }

    @Override
    public void release(@Nullable Throwable why) {
      parts.forEach(part -> part.release(why));
    }
  }

  /** What a source writes on the loop. */
  record Source(BodySource source, long length) implements Body {
    @Override
    public void release(@Nullable Throwable why) {
      source.close(why);
    }
  }

  /** What is written to an OutputStream on a thread that may block. */
  record Output(OutputWriter writer) implements Body {
    @Override
    public long length() {
      return UNKNOWN;
    }
  }

  /** Nothing: the connection speaks another protocol from now on. */
  record Upgrade(String protocol, Acceptor next) implements Body {
    @Override
    public long length() {
      return 0;
    }
  }
}
