package edgewise.bench;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.LoopOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * UDP echo by Edgewise. The system properties {@code bench.batch}, {@code bench.segmentation} and
 * {@code bench.coalescing} change the options of these names.
 */
final class EdgewiseUdp implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    EventLoop loop = Experiment.open(LoopOptions.DEFAULT).loops().getFirst();
    var bound = new CompletableFuture<Void>();
    loop.execute(() -> bind(loop, Endpoint.parse(address), bound));
    bound.join();
  }

  private static void bind(EventLoop loop, Endpoint local, CompletableFuture<Void> bound) {
    try {
      loop.bind(local, options(), (socket, datagram) -> datagram.reply(datagram.bytes()));
      bound.complete(null);
    } catch (IOException e) {
      bound.completeExceptionally(e);
    }
  }

  private static DatagramOptions options() {
    DatagramOptions usual = DatagramOptions.DEFAULT;
    return DatagramOptions.builder()
        .batch(Integer.getInteger("bench.batch", usual.batch()))
        .segmentation(flag("bench.segmentation", usual.segmentation()))
        .coalescing(flag("bench.coalescing", usual.coalescing()))
        .build();
  }

  private static boolean flag(String property, boolean usual) {
    return Boolean.parseBoolean(System.getProperty(property, Boolean.toString(usual)));
  }
}
