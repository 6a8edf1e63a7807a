package edgewise.examples;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client: {@code Ask ADDRESS TEXT} sends the text and prints what comes back until the end. */
public final class Ask implements Handler {
  private final String text;
  private @Nullable Throwable failure;

  private Ask(String text) {
    this.text = text;
  }

  public static void main(String[] args) throws Exception {
    var handler = new Ask(args[1]);
    var soon = ConnectionOptions.builder().connectTimeout(Duration.ofSeconds(3)).build();
    try (var loop = EventLoop.open()) {
      loop.connect(Endpoint.parse(args[0]), soon, handler);
      loop.run();
    }
    if (handler.failure != null) {
      throw new Exception("no answer", handler.failure);
    }
  }

  @Override
  public void onOpen(Connection server) {
    server.write(text.getBytes(StandardCharsets.UTF_8));
    server.shutdownOutput(); // half-close: the answer still comes
  }

  @Override
  public void onData(Connection server, ByteBuffer in) {
    System.out.print(StandardCharsets.UTF_8.decode(in));
  }

  @Override
  public void onClose(Connection server, @Nullable Throwable cause) {
    failure = cause;
    server.loop().close();
  }
}
