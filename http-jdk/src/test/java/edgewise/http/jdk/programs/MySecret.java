package edgewise.http.jdk.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A page behind a password, with an executor. */
public final class MySecret {
  private MySecret() {}

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    var context =
        server.createContext(
            "/secret",
            exchange -> {
              byte[] page = ("Hello " + exchange.getPrincipal().getUsername()).getBytes(UTF_8);
              exchange.getResponseHeaders().set("Content-Type", "text/plain");
              exchange.sendResponseHeaders(200, page.length);
              exchange.getResponseBody().write(page);
              exchange.close();
            });
    context.setAuthenticator(
        new BasicAuthenticator("my realm") {
          @Override
          public boolean checkCredentials(String user, String password) {
            return user.equals("me") && password.equals("secret");
          }
        });
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.start();
    System.out.println(server.getAddress().getPort() + " " + server.getClass().getName());
  }
}
