package edgewise.bench;

import com.sun.management.ThreadMXBean;
import edgewise.LoopOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

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
  private static final List<String> NAMES =
      List.of(
          "edgewise-http",
          "edgewise-select-http",
          "netty-epoll-http",
          "netty-nio-http",
          "nio-http",
          "jdk-http",
          "vertx-http",
          "helidon-http",
          "undertow-http",
          "jetty-http",
          "edgewise-echo",
          "edgewise-busy-echo",
          "edgewise-level-echo",
          "edgewise-select-echo",
          "netty-epoll-echo",
          "netty-nio-echo",
          "nio-echo",
          "vertx-echo",
          "jnr-echo",
          "junixsocket-echo",
          "edgewise-fanout",
          "netty-epoll-fanout",
          "netty-nio-fanout",
          "nio-fanout",
          "edgewise-udp",
          "netty-epoll-udp",
          "netty-epoll-batch-udp",
          "nio-udp");

  private Main() {}

  /**
   * A switch, which loads the classes of the one that is asked for, and nothing else: time to the
   * first response is measured too.
   */
  private static Contestant contestant(String name) {
    return switch (name) {
      case "edgewise-http" -> new EdgewiseHttp(LoopOptions.DEFAULT);
      case "edgewise-select-http" -> new EdgewiseHttp(Experiment.SELECT);
      case "netty-epoll-http" -> new NettyHttp(NettyTransport.EPOLL);
      case "netty-nio-http" -> new NettyHttp(NettyTransport.NIO);
      case "nio-http" -> new NioHttp();
      case "jdk-http" -> new JdkHttp();
      case "vertx-http" -> new VertxHttp();
      case "helidon-http" -> new HelidonHttp();
      case "undertow-http" -> new UndertowHttp();
      case "jetty-http" -> new JettyHttp();
      case "edgewise-echo" -> new EdgewiseEcho(LoopOptions.DEFAULT);
      case "edgewise-busy-echo" -> new EdgewiseEcho(Experiment.BUSY);
      case "edgewise-level-echo" -> new EdgewiseEcho(Experiment.LEVEL);
      case "edgewise-select-echo" -> new EdgewiseEcho(Experiment.SELECT);
      case "netty-epoll-echo" -> new NettyEcho(NettyTransport.EPOLL);
      case "netty-nio-echo" -> new NettyEcho(NettyTransport.NIO);
      case "nio-echo" -> new NioEcho(JdkListener::open);
      case "vertx-echo" -> new VertxEcho();
      case "jnr-echo" -> new NioEcho(JnrListener::open);
      case "junixsocket-echo" -> new NioEcho(JunixsocketListener::open);
      case "edgewise-fanout" -> new EdgewiseFanout();
      case "netty-epoll-fanout" -> new NettyFanout(NettyTransport.EPOLL);
      case "netty-nio-fanout" -> new NettyFanout(NettyTransport.NIO);
      case "nio-fanout" -> new NioFanout();
      case "edgewise-udp" -> new EdgewiseUdp();
      case "netty-epoll-udp" -> new NettyUdp(1);
      case "netty-epoll-batch-udp" -> new NettyUdp(32);
      case "nio-udp" -> new NioUdp();
      default -> throw new IllegalArgumentException(name);
    };
  }

  public static void main(String[] args) throws Exception {
    if (args.length != 3 || !NAMES.contains(args[0])) {
      System.err.println("usage: Main NAME ADDRESS DIRECTORY; NAME is one of " + NAMES);
      System.exit(2);
      return;
    }
    contestant(args[0]).start(args[1], Path.of(args[2]).toAbsolutePath().normalize());
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
