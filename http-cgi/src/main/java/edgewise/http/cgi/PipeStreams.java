package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/**
 * Three pipes between the loop and a program. After the start the program has the only copies of
 * its ends, so that each side notices when the other is gone.
 */
final class PipeStreams implements Streams {
  private final PipeEnd stdin;
  private final PipeEnd stdout;
  private final PipeEnd stderr;
  private final Process process;

  private PipeStreams(PipeEnd[] in, PipeEnd[] out, PipeEnd[] err, ProcessBuilder builder)
      throws IOException {
    stdin = in[1];
    stdout = out[0];
    stderr = err[0];
    builder.redirectInput(Redirect.from(in[0].file()));
    builder.redirectOutput(Redirect.to(out[1].file()));
    builder.redirectError(Redirect.to(err[1].file()));
    process = builder.start();
  }

  /** Starts a program; blocks for a millisecond or more. */
  static PipeStreams start(ProcessBuilder builder) throws IOException {
    var pipes = new PipeEnd[3][];
    boolean started = false;
    try {
      for (int i = 0; i < pipes.length; i++) {
        pipes[i] = PipeEnd.pipe();
      }
      var streams = new PipeStreams(pipes[0], pipes[1], pipes[2], builder);
      started = true;
      return streams;
    } finally {
      for (int i = 0; i < pipes.length && pipes[i] != null; i++) {
        pipes[i][i == 0 ? 0 : 1].close(); // the program's
        if (!started) {
          pipes[i][i == 0 ? 1 : 0].close(); // ours
        }
      }
    }
  }

  Process process() {
    return process;
  }

  @Override
  public Writing stdin(EventLoop loop, Writing.Listener to) throws IOException {
    return new PipeWriting(loop, stdin, to);
  }

  @Override
  public Reading stdout(EventLoop loop, Reading.Listener to) throws IOException {
    return new PipeReading(loop, stdout, to);
  }

  @Override
  public Reading stderr(EventLoop loop, Reading.Listener to) throws IOException {
    return new PipeReading(loop, stderr, to);
  }

  @Override
  public void close() {
    stdin.close();
    stdout.close();
    stderr.close();
  }
}
