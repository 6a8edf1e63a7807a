package edgewise.examples;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.sources.ChildProcess;
import edgewise.sources.DirectoryOptions;
import edgewise.sources.DirectoryWatch;
import edgewise.sources.KernelTimer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A directory, a program, a timer and a unix socket on one thread; what comes is printed. */
public final class OneLoop {
  private OneLoop() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    try (var loop = EventLoop.open()) {
      DirectoryWatch.open(loop, directory, DirectoryOptions.FLAT, (_, e) -> print("file " + e));
      ChildProcess.Handler sort =
          new ChildProcess.Handler() {
            @Override
            public void onOutput(ChildProcess child, ByteBuffer out) {
              print("sort " + StandardCharsets.UTF_8.decode(out).toString().strip());
            }

            @Override
            public void onExit(ChildProcess child, int status) {
              print("exit " + status);
              loop.stop(Duration.ZERO);
            }
          };
      ChildProcess child = ChildProcess.start(loop, new ProcessBuilder("sort"), sort);
      loop.listen(Endpoint.unix(directory.resolve("in")), _ -> (_, in) -> child.write(in));
      KernelTimer.open(loop, KernelTimer.Clock.BOOTTIME, (_, _) -> child.endInput())
          .once(Duration.ofMillis(Integer.parseInt(args[1])));
      loop.run();
    }
  }

  private static void print(String line) {
    System.out.println(line);
  }
}
