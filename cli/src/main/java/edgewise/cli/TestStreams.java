package edgewise.cli;

import edgewise.EventLoop;
import edgewise.http.BodyFlow;
import edgewise.http.BodyReceiver;
import edgewise.http.BodySource;
import edgewise.http.BodyWriter;
import edgewise.http.EventStream;
import edgewise.http.Request;
import edgewise.http.Response;
import edgewise.http.ServerSentEvent;
import edgewise.http.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Large bodies through each kind of handler, with a checksum to compare. What is produced is the
 * octets 0, 1, ... 255, 0, ..., so that a client knows them beforehand.
 */
final class TestStreams {
  private static final int PIECE_BYTES = 64 << 10;
  private static final String OCTETS = "application/octet-stream";

  /** A whole number of rounds from 0 to 255. */
  private static final byte[] PIECE = piece();

  private TestStreams() {}

  private static byte[] piece() {
    byte[] octets = new byte[PIECE_BYTES];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) i;
    }
    return octets;
  }

  private static Response result(CRC32 sum, long length) {
    return Response.text("%08x %d%n".formatted(sum.getValue(), length));
  }

  private static long length(Request request) {
    String bytes = request.parameters().first("bytes");
    try {
      long length = bytes == null ? PIECE_BYTES : Long.parseLong(bytes);
      if (length >= 0) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new StatusException(400, "bytes is not a number: " + e.getMessage());
    }
    throw new StatusException(400, "bytes is negative");
  }

  // --- on the loop

  static Response receiveOnLoop(Request request) {
    var sum = new Sum();
    return Response.receiving(sum, sum.answer);
  }

  private static class Sum implements BodyReceiver {
    final CompletableFuture<Response> answer = new CompletableFuture<>();
    private final CRC32 crc = new CRC32();
    private long length;

    @Override
    public void receive(ByteBuffer part) {
      length += part.remaining();
      crc.update(part);
    }

    @Override
    public void end(List<Response.Field> trailers) {
      answer.complete(result(crc, length));
    }

    @Override
    public void fail(IOException cause) {
      answer.completeExceptionally(cause);
    }
  }

  static Response produceOnLoop(Request request) {
    return Response.stream(OCTETS, new Octets(length(request))).header("Trailer", "X-CRC-32");
  }

  private static final class Octets implements BodySource {
    private final CRC32 crc = new CRC32();
    private long left;

    Octets(long length) {
      left = length;
    }

    @Override
    public void produce(BodyWriter out) {
      boolean more = true;
      while (more && left > 0) {
        int count = (int) Math.min(PIECE.length, left);
        crc.update(PIECE, 0, count);
        more = out.write(PIECE, 0, count);
        left -= count;
      }
      if (left == 0) {
        out.end(List.of(new Response.Field("X-CRC-32", "%08x".formatted(crc.getValue()))));
      }
    }
  }

  // --- asynchronously: each piece goes to another thread, and the client waits meanwhile

  static Response receiveAsync(Request request) {
    var sum = new AsyncSum();
    return Response.receiving(sum, sum.answer);
  }

  private static final class AsyncSum extends Sum {
    private @Nullable BodyFlow flow;

    @Override
    public void begin(BodyFlow from) {
      flow = from;
    }

    @Override
    public void receive(ByteBuffer part) {
      byte[] octets = new byte[part.remaining()];
      part.get(octets);
      BodyFlow from = flow;
      if (from != null) {
        from.pause();
        ForkJoinPool.commonPool()
            .execute(() -> {
              super.receive(ByteBuffer.wrap(octets));
              from.loop().execute(from::resume);
            });
      }
    }
  }

  static CompletionStage<Response> produceAsync(Request request) {
    long length = length(request);
    EventLoop loop = request.loop();
    return CompletableFuture.supplyAsync(
        () -> Response.stream(OCTETS, length, new AsyncOctets(loop, length)));
  }

  /** Another thread makes each piece when there is room for it. */
  private static final class AsyncOctets implements BodySource {
    private final EventLoop loop;
    private long left;

    AsyncOctets(EventLoop loop, long length) {
      this.loop = loop;
      left = length;
    }

    @Override
    public void produce(BodyWriter out) {
      if (left == 0) {
        out.end();
        return;
      }
      int count = (int) Math.min(PIECE.length, left);
      left -= count;
      ForkJoinPool.commonPool()
          .execute(() -> {
            byte[] piece = PIECE.clone();
            loop.execute(() -> {
              if (out.write(piece, 0, count)) {
                produce(out);
              } else if (left == 0 && out.isOpen()) {
                out.end();
              }
            });
          });
    }
  }

  // --- on a thread that may block

  static Response read(Request request) throws IOException {
    var crc = new CRC32();
    long length = 0;
    byte[] piece = new byte[PIECE_BYTES];
    InputStream in = request.bodyStream();
    for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
      crc.update(piece, 0, count);
      length += count;
    }
    return result(crc, length);
  }

  static Response write(Request request) {
    long length = length(request);
    return Response.output(OCTETS, out -> write(out, length));
  }

  private static void write(OutputStream out, long length) throws IOException {
    for (long left = length; left > 0; left -= PIECE.length) {
      out.write(PIECE, 0, (int) Math.min(PIECE.length, left));
    }
  }

  // --- events

  /** One a second, numbered, until the client has gone. */
  static void tick(EventStream stream) {
    Thread.ofVirtual()
        .start(() -> {
          for (int i = 1; stream.isOpen(); i++) {
            stream.send(ServerSentEvent.of("" + i));
            try {
              Thread.sleep(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              stream.close();
            }
          }
        });
  }
}
