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
import java.util.function.Supplier;

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
  /** Suppliers, so that only the classes of the one that is asked for are loaded. */
  private static final Map<String, Supplier<Contestant>> CONTESTANTS = new TreeMap<>();

  static {
    http();
    echo();
    fanout();
    udp();
  }

  private static void http() {
    CONTESTANTS.put("edgewise-http", () -> new EdgewiseHttp(LoopOptions.DEFAULT));
    CONTESTANTS.put("edgewise-select-http", () -> new EdgewiseHttp(Experiment.SELECT));
    CONTESTANTS.put("netty-epoll-http", () -> new NettyHttp(NettyTransport.EPOLL));
    CONTESTANTS.put("netty-nio-http", () -> new NettyHttp(NettyTransport.NIO));
    CONTESTANTS.put("nio-http", NioHttp::new);
    CONTESTANTS.put("jdk-http", JdkHttp::new);
    CONTESTANTS.put("vertx-http", VertxHttp::new);
    CONTESTANTS.put("helidon-http", HelidonHttp::new);
    CONTESTANTS.put("undertow-http", UndertowHttp::new);
    CONTESTANTS.put("jetty-http", JettyHttp::new);
  }

  private static void echo() {
    CONTESTANTS.put("edgewise-echo", () -> new EdgewiseEcho(LoopOptions.DEFAULT));
    CONTESTANTS.put("edgewise-busy-echo", () -> new EdgewiseEcho(Experiment.BUSY));
    CONTESTANTS.put("edgewise-level-echo", () -> new EdgewiseEcho(Experiment.LEVEL));
    CONTESTANTS.put("edgewise-select-echo", () -> new EdgewiseEcho(Experiment.SELECT));
    CONTESTANTS.put("netty-epoll-echo", () -> new NettyEcho(NettyTransport.EPOLL));
    CONTESTANTS.put("netty-nio-echo", () -> new NettyEcho(NettyTransport.NIO));
    CONTESTANTS.put("nio-echo", () -> new NioEcho(StreamListeners::jdk));
    CONTESTANTS.put("vertx-echo", VertxEcho::new);
    CONTESTANTS.put("jnr-echo", () -> new NioEcho(StreamListeners::jnr));
    CONTESTANTS.put("junixsocket-echo", () -> new NioEcho(StreamListeners::junixsocket));
  }

  private static void fanout() {
    CONTESTANTS.put("edgewise-fanout", EdgewiseFanout::new);
    CONTESTANTS.put("netty-epoll-fanout", () -> new NettyFanout(NettyTransport.EPOLL));
    CONTESTANTS.put("netty-nio-fanout", () -> new NettyFanout(NettyTransport.NIO));
    CONTESTANTS.put("nio-fanout", NioFanout::new);
  }

  private static void udp() {
    CONTESTANTS.put("edgewise-udp", EdgewiseUdp::new);
    CONTESTANTS.put("netty-epoll-udp", () -> new NettyUdp(1));
    CONTESTANTS.put("netty-epoll-batch-udp", () -> new NettyUdp(32));
    CONTESTANTS.put("nio-udp", NioUdp::new);
  }

  private Main() {}

  public static void main(String[] args) throws Exception {
    Supplier<Contestant> contestant = args.length == 3 ? CONTESTANTS.get(args[0]) : null;
    if (contestant == null) {
      System.err.println(
          "usage: Main NAME ADDRESS DIRECTORY; NAME is one of " + CONTESTANTS.keySet());
      System.exit(2);
      return;
    }
    contestant.get().start(args[1], Path.of(args[2]).toAbsolutePath().normalize());
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
