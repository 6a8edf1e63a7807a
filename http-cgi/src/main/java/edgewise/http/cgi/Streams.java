package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;

/** The three streams of a running program. Its loop takes each of them once. */
sealed interface Streams permits PipeStreams, ThreadStreams {
  /** Its standard input. */
  Writing stdin(EventLoop loop, Writing.Listener to) throws IOException;

  /** Its standard output; paused at first. */
  Reading stdout(EventLoop loop, Reading.Listener to) throws IOException;

  /** What it complains about; paused at first. */
  Reading stderr(EventLoop loop, Reading.Listener to) throws IOException;

  /** Any thread: lets go of what no loop has closed, and none will any more. */
  void close();
}
