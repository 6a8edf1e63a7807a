package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The streams of {@link Process}, with a thread for each, where the loop cannot watch descriptors.
 * Platform threads: a virtual thread that waits in a read of a file holds its carrier, and the
 * carriers would be few for three streams of each program.
 */
final class ThreadStreams implements Streams {
  private final Process process;

  /** What lets the threads go on that wait for the loop. */
  private final List<Runnable> releases = new CopyOnWriteArrayList<>();

  private ThreadStreams(Process process) {
    this.process = process;
  }

  /** Starts a program; blocks for a millisecond or more. */
  static ThreadStreams start(ProcessBuilder builder) throws IOException {
    return new ThreadStreams(builder.start());
  }

  Process process() {
    return process;
  }

  @Override
  public Writing stdin(EventLoop loop, Writing.Listener to) {
    var stdin = new ThreadWriting(loop, process.getOutputStream(), to);
    releases.add(stdin::abandon);
    return stdin;
  }

  @Override
  public Reading stdout(EventLoop loop, Reading.Listener to) {
    return reading(new ThreadReading(loop, process.getInputStream(), to));
  }

  @Override
  public Reading stderr(EventLoop loop, Reading.Listener to) {
    return reading(new ThreadReading(loop, process.getErrorStream(), to));
  }

  private Reading reading(ThreadReading one) {
    releases.add(one::abandon);
    return one;
  }

  /** The threads close the streams: what they wait for ends with the program, or with this. */
  @Override
  public void close() {
    releases.forEach(Runnable::run);
  }
}
