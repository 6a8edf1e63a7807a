package edgewise.examples;

import edgewise.Endpoint;
import edgewise.Reactor;

/** An echo server on every core; {@code Echo 7000}, {@code Echo unix:/tmp/echo.sock}. */
public final class Echo {
  private Echo() {}

  public static void main(String[] args) throws Exception {
    try (var reactor = Reactor.open()) {
      for (String address : args) {
        var listening =
            reactor.listen(Endpoint.parse(address), connection -> (c, in) -> c.write(in));
        System.out.println("echo on " + listening.endpoint());
      }
      reactor.awaitStop();
    }
  }
}
