package edgewise.http;

import edgewise.EventLoop;
import edgewise.OpenFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.zip.Deflater;

/**
 * Compresses responses with gzip as they are made, for clients that accept it, where their type is
 * one that becomes smaller ({@link MediaTypes#isCompressible}).
 *
 * <pre>{@code
 * HttpServer.builder().filter(Compression.gzip())
 * HttpServer.builder().filter(Compression.gzip().withLevel(6).withLeastBytes(1024))
 * }</pre>
 *
 * <p>Octets in memory, whole files, and what is written to the stream of {@link Response#output}
 * are compressed. Left as they are: {@link Response#stream}, {@link Response#events} and what a
 * blocking handler writes by {@link Request#respond}, partial content, whatever has a
 * Content-Encoding or a digest already, and {@code Cache-Control: no-transform}.
 *
 * <p>What is compressed gets a weak ETag and offers no ranges; all that could have been compressed
 * gets {@code Vary: Accept-Encoding}. Nothing is kept: a response that is returned again and again
 * is compressed each time, so better keep a compressed one with its Content-Encoding.
 *
 * <p>Over TLS, the length of a compressed response tells about its content: a page that repeats
 * what the request said beside a secret, such as a token against forged requests, gives the secret
 * away to whoever can send many requests and see the lengths (BREACH). Give such a response {@code
 * Cache-Control: no-transform}.
 */
public final class Compression implements HttpFilter {
  private static final String GZIP = "gzip";
  private static final int DEFAULT_LEAST_BYTES = 256;

  /**
   * Up to twice as fast as zlib's own default of 6, and what is made is 2 to 4 percent longer,
   * measured on source text and JSON.
   */
  private static final int DEFAULT_LEVEL = 4;

  /**
   * Takes 0.05 ms at level 4 (text), 0.07 at 6; the worst found at all levels, random letters of an
   * alphabet of four at 6 to 9, takes 0.8 ms, on a busy machine with two cores. It grows with the
   * square: twice as much of that takes 2 to 7 ms.
   */
  private static final int DEFAULT_BYTES_ON_LOOP = 8 << 10;

  /**
   * Each has some 400 KiB, mostly zlib's, for as long as its client takes to read all but the last
   * 64 KiB: 100 MB for all of them.
   */
  private static final int DEFAULT_AT_ONCE = 256;

  private static final int BLOCK_BYTES = 32 << 10;
  private static final List<String> CODINGS = List.of(GZIP);
  private static final Body UNWRITTEN = new Body.Output(out -> {});

  private final int leastBytes;
  private final int level;
  private final int bytesOnLoop;
  private final int atOnce;
  private final Semaphore free;

  /** One for each loop. */
  @SuppressWarnings("ThreadLocalUsage") // its level is this filter's option
  private final ThreadLocal<GzipBytes> onLoop;

  private Compression(int leastBytes, int level, int bytesOnLoop, int atOnce) {
    this.leastBytes = leastBytes;
    this.level = level;
    this.bytesOnLoop = bytesOnLoop;
    this.atOnce = atOnce;
    free = new Semaphore(atOnce);
    onLoop = ThreadLocal.withInitial(() -> new GzipBytes(level));
  }

  /** With gzip: bodies of 256 octets and more, at level 4. */
  public static Compression gzip() {
    return new Compression(
        DEFAULT_LEAST_BYTES, DEFAULT_LEVEL, DEFAULT_BYTES_ON_LOOP, DEFAULT_AT_ONCE);
  }

  /**
   * The same, leaving alone what is shorter than this; by default 256, since what fits a packet
   * anyway gains nothing. It does not count for a client that forbids what is not encoded, nor
   * where the length is not known beforehand.
   */
  public Compression withLeastBytes(int bytes) {
    return new Compression(notNegative(bytes, "leastBytes"), level, bytesOnLoop, atOnce);
  }

  /** The same at another level, from 1, the fastest, to 9, the smallest; by default 4. */
  public Compression withLevel(int other) {
    if (other < Deflater.BEST_SPEED || other > Deflater.BEST_COMPRESSION) {
      throw new IllegalArgumentException("a level is from 1 to 9, not " + other);
    }
    return new Compression(leastBytes, other, bytesOnLoop, atOnce);
  }

  /**
   * The same with another limit to what is compressed on the loop; what is longer goes to a virtual
   * thread. By default 8192, which holds the loop up for less than a millisecond.
   */
  public Compression withMostBytesOnLoop(int bytes) {
    return new Compression(leastBytes, level, notNegative(bytes, "mostBytesOnLoop"), atOnce);
  }

  /**
   * The same with another limit to the responses that are compressed at the same time on virtual
   * threads, by default 256; the next ones are sent as they are. It counts for all servers that
   * have this filter.
   */
  public Compression withMostAtOnce(int responses) {
    return new Compression(leastBytes, level, bytesOnLoop, notNegative(responses, "mostAtOnce"));
  }

  private static int notNegative(int value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative: " + value);
    }
    return value;
  }

  /** What a client said, read while its request can be. */
  private record Client(
      EventLoop loop,
      boolean head,
      boolean takesGzip,
      boolean takesIdentity,
      List<String> ifNoneMatch) {
    static Client of(Request request) {
      var accepted = AcceptEncoding.parse(request.headers("Accept-Encoding"));
      return new Client(
          request.loop(),
          request.isHead(),
          GZIP.equals(accepted.choose(CODINGS)),
          !accepted.forbidsIdentity(),
          request.headers("If-None-Match"));
    }
  }

  @Override
  public Response handle(Request request, HttpHandler next) throws Exception {
    Client client = Client.of(request);
    return next.handle(request).map(response -> answer(client, response));
  }

  private Response answer(Client client, Response response) {
    if (Encodable.standsForEncodable(response)) {
      Response varied = Encodable.varied(response);
      return client.takesGzip && response.status() == 304
          ? Encodable.withTagOf(varied, client.ifNoneMatch)
          : varied;
    }
    return switch (response.body()) {
      case Body.Bytes _, Body.FileRegion _, Body.Output _ ->
          Encodable.isEncodable(response) ? encodable(client, response) : response;
      case Body.Parts _, Body.Source _, Body.Upgrade _, Later _ -> response;
    };
  }

  private Response encodable(Client client, Response response) {
    long length = response.body().length();
    boolean known = length != Body.UNKNOWN;
    boolean tooShort = known && (length == 0 || (client.takesIdentity && length < leastBytes));
    return !client.takesGzip || tooShort
        ? Encodable.varied(response)
        : switch (response.body()) {
          case Body.Bytes(byte[] octets)
              when client.takesIdentity && octets.length <= bytesOnLoop ->
              atOnce(response, octets);
          default -> client.head ? withoutBody(response) : started(client, response);
        };
  }

  private Response atOnce(Response response, byte[] octets) {
    byte[] compressed = onLoop.get().compress(octets);
    return compressed == null
        ? Encodable.varied(response)
        : Encodable.encoded(response, GZIP, new Body.Bytes(compressed));
  }

  /** HEAD: nobody compresses anything to learn a length that need not be told. */
  private static Response withoutBody(Response response) {
    response.release();
    return Encodable.encoded(response, GZIP, UNWRITTEN);
  }

  /**
   * Has it compressed on a virtual thread, from now on: the response comes later. What comes
   * instead if that fails is looked at as any other.
   */
  private Response started(Client client, Response response) {
    if (!free.tryAcquire()) {
      return Encodable.varied(response);
    }
    OutputWriter writer =
        switch (response.body()) {
          case Body.Bytes(byte[] octets) -> out -> compress(octets, out);
          case Body.FileRegion region -> out -> compress(client.loop, region, out);
          case Body.Output(OutputWriter inner) -> out -> compress(inner, out);
          default -> throw new AssertionError("a body that is not compressed");
        };
    Response head = Encodable.encoded(response, GZIP, UNWRITTEN);
    return Response.async(ResponseOutput.start(client.loop, head, out -> freeAfter(writer, out)))
        .map(r -> answer(client, r));
  }

  // --- on a virtual thread; the response ends after all was let go of, so that a client that has
  // --- seen its end finds the place free and the file closed (unless a writer closes its stream)

  private void freeAfter(OutputWriter writer, OutputStream out) throws Exception {
    try {
      writer.writeTo(out);
    } finally {
      free.release();
    }
  }

  private void compress(OutputWriter writer, OutputStream out) throws Exception {
    var gzip = new GzipOutput(out, level);
    try {
      writer.writeTo(gzip);
      gzip.finish();
    } finally {
      gzip.release();
    }
  }

  private void compress(byte[] octets, OutputStream out) throws Exception {
    OutputWriter writer =
        to -> {
          for (int at = 0; at < octets.length; at += BLOCK_BYTES) {
            to.write(octets, at, Math.min(BLOCK_BYTES, octets.length - at));
            pause(out);
          }
        };
    compress(writer, out);
  }

  private void compress(EventLoop loop, Body.FileRegion region, OutputStream out) throws Exception {
    try {
      compress(to -> copy(region, to, out), out);
    } finally {
      closeOn(loop, region.file());
    }
  }

  private static void copy(Body.FileRegion region, OutputStream to, OutputStream out)
      throws IOException {
    var block = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, region.length()));
    long at = region.position();
    long end = at + region.length();
    while (at < end) {
      block.clear().limit((int) Math.min(block.capacity(), end - at));
      int count = region.file().read(block, at);
      if (count < 0) {
        throw new IOException("the file became shorter while it was sent");
      }
      to.write(block.array(), 0, count);
      at += count;
      pause(out);
    }
  }

  /**
   * Lets others have the processor, which a virtual thread keeps as long as it computes (JEP 444);
   * and ends where the client has left before the first octet, as it has then no way to tell.
   */
  @SuppressWarnings("ThreadPriorityCheck") // the yield is a courtesy; nothing depends on it
  private static void pause(OutputStream out) throws IOException {
    if (out instanceof ResponseOutput response && response.isClosed()) {
      throw new IOException("the client is gone");
    }
    Thread.yield();
  }

  /** Holders of a file come and go on the loop; one that has ended has no other holders. */
  private static void closeOn(EventLoop loop, OpenFile file) {
    try {
      loop.execute(file::close);
    } catch (RejectedExecutionException e) {
      file.close();
    }
  }
}
