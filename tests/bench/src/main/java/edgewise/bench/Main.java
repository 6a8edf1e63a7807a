package edgewise.bench;

import com.sun.management.ThreadMXBean;
import edgewise.LoopOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code Main NAME ADDRESS DIRECTORY} starts one {@link Contestant} and prints {@code ready}. Then
 * it answers questions on its standard input, a line each, and ends with it:
 *
 * <ul>
 *   <li>{@code allocated}: the octets that all threads have allocated on the heap since the start
 *   <li>{@code live}: the octets of the heap in use after a full collection
 * </ul>
 */
public final class Main {
  private static final Map<String, Contestant> CONTESTANTS =
      new TreeMap<>(
          Map.of(
              "edgewise-echo", new EdgewiseEcho(LoopOptions.DEFAULT),
              "edgewise-http", new EdgewiseHttp()));

  private Main() {}

  public static void main(String[] args) throws Exception {
    Contestant contestant = args.length == 3 ? CONTESTANTS.get(args[0]) : null;
    if (contestant == null) {
      System.err.println("usage: Main NAME ADDRESS DIRECTORY; NAME is one of " + CONTESTANTS);
      System.exit(2);
      return;
    }
    contestant.start(args[1], Path.of(args[2]));
    System.out.println("ready");
    answerQuestions();
    System.exit(0);
  }

  private static void answerQuestions() throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case "allocated" -> System.out.println(allocated());
        case "live" -> System.out.println(live());
        default -> System.out.println("no such question: " + line);
      }
    }
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
  }

  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
