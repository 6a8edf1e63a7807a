package edgewise.http.jdk.programs;

import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** The example in the documentation of SimpleFileServer, as a program. */
public final class MyFiles {
  private MyFiles() {}

  public static void main(String[] args) {
    var addr = new InetSocketAddress(0);
    var server = SimpleFileServer.createFileServer(addr, Path.of(args[0]), OutputLevel.VERBOSE);
    server.start();
    System.out.println(server.getAddress().getPort() + " " + server.getClass().getName());
  }
}
