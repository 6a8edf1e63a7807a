package edgewise.tests;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.LoopOptions;
import edgewise.SocketType;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.Resource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A program that receives descriptors, looks at each and closes it. They are eventfds that hold
 * running numbers, and come in batches of {@link DescriptorBatch}. Lines on stdin tell it what to
 * do:
 *
 * <pre>
 *   connect STREAM|SEQPACKET MAX PATH   prints "open", and in the end "closed COUNT CAUSE"
 *   pause, resume                       prints the same word
 *   limit COUNT                         so many more numbers are free; prints "limit"
 * </pre>
 */
final class DescriptorReceiver implements Handler {
  private static @Nullable Connection current;

  private final Queue<Descriptor> waiting = new ArrayDeque<>();
  private int taken;

  private DescriptorReceiver() {}

  /** Runs until stdin ends; the argument is a {@link Mode}. */
  public static void main(String[] args) throws IOException {
    Mode mode = Mode.valueOf(args[0]);
    var loop =
        EventLoop.open(
            LoopOptions.builder().backend(mode.backendName).trigger(mode.trigger).build());
    Thread.ofPlatform().daemon().start(() -> obey(loop));
    loop.run();
  }

  private static void obey(EventLoop loop) {
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line; (line = in.readLine()) != null; ) {
        String[] words = line.split(" ", -1);
        loop.execute(() -> obey(loop, words));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } finally {
      loop.close();
    }
  }

  private static void obey(EventLoop loop, String[] words) {
    try {
      switch (words[0]) {
        case "connect" ->
            current =
                loop.connect(
                    Endpoint.unix(Path.of(words[3])),
                    ConnectionOptions.builder()
                        .type(SocketType.valueOf(words[1]))
                        .maxDescriptors(Integer.parseInt(words[2]))
                        .build(),
                    new DescriptorReceiver());
        case "pause" -> connection().pause();
        case "resume" -> connection().resume();
        case "limit" -> limit(Integer.parseInt(words[1]));
        default -> throw new IllegalArgumentException(words[0]);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    if (!words[0].equals("connect")) {
      System.out.println(words[0]);
    }
  }

  private static Connection connection() {
    if (current == null) {
      throw new IllegalStateException("not connected");
    }
    return current;
  }

  private static void limit(int free) {
    int highest =
        Descriptors.open().keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
    long[] limits = new long[2];
    Resource.getrlimit(Resource.RLIMIT_NOFILE, limits);
    Resource.setrlimit(
        Resource.RLIMIT_NOFILE, Math.min(highest + 1 + (long) free, limits[1]), limits[1]);
  }

  @Override
  public void onOpen(Connection c) {
    System.out.println("open");
  }

  @Override
  public void onData(Connection c, ByteBuffer in) {
    for (Descriptor each; (each = c.takeDescriptor()) != null; ) {
      waiting.add(each);
    }
    for (DescriptorBatch batch; (batch = DescriptorBatch.next(in)) != null; ) {
      for (int i = 0; i < batch.count(); i++) {
        try (Descriptor each = waiting.remove()) {
          check(each.fd(), batch.first() + i);
        }
        taken++;
      }
    }
  }

  private static void check(int fd, int number) {
    long found = EventFd.read(fd);
    if (found != number) {
      throw new IllegalStateException("this is descriptor " + found + ", not " + number);
    }
    if (File.fcntl(fd, File.F_GETFD) != File.FD_CLOEXEC) {
      throw new IllegalStateException("not close-on-exec");
    }
  }

  @Override
  public void onClose(Connection c, @Nullable Throwable cause) {
    waiting.forEach(Descriptor::close);
    System.out.println("closed " + taken + " " + cause);
  }
}
