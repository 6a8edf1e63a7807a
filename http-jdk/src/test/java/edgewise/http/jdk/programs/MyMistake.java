package edgewise.http.jdk.programs;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Fails between create and start, and has to end by itself. */
public final class MyMistake {
  private MyMistake() {}

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    System.out.println(server.getAddress().getPort() + " " + server.getClass().getName());
    throw new IllegalStateException("this program has a mistake");
  }
}
