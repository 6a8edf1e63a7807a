package edgewise.http;

import edgewise.bench.pieces.Piece;
import edgewise.spi.NativeBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Nanoseconds per request of the parser, of Netty's decoder in an {@link EmbeddedChannel}, of such
 * a channel without a decoder, to be subtracted from that, and of what only looks at the octets.
 *
 * <p>Netty's decoder makes the objects and Strings that its users ask for; the parser makes
 * offsets, and Strings when they are asked for, {@link HeaderLookup}.
 */
@OperationsPerInvocation(Requests.COUNT)
public class RequestParsing extends Piece {
  /** Takes what arrives at the end of a pipeline, as a server's handler does. */
  private static final class Taker extends ChannelInboundHandlerAdapter {
    int requests;
    int octets;
    String seen = "";

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof HttpRequest request) {
        requests++;
        if (seen.isEmpty()) {
          seen = request.method() + " " + request.uri() + " " + request.headers().size();
        }
      } else if (message instanceof ByteBuf octetsOfIt) {
        octets += octetsOfIt.readableBytes();
      }
      ReferenceCountUtil.release(message);
    }
  }

  @Param({"MINIMAL", "BROWSER", "MIXED", "PIPELINED"})
  public Requests requests = Requests.MINIMAL;

  private final RequestParser parser = new RequestParser(HttpLimits.DEFAULT);
  private final Taker decoded = new Taker();
  private final Taker passed = new Taker();
  private final EmbeddedChannel decoding = new EmbeddedChannel(new HttpRequestDecoder(), decoded);
  private final EmbeddedChannel passing = new EmbeddedChannel(passed);
  private ByteBuffer[] pieces = {};
  private MemorySegment[] segments = {};
  private MemorySegment[] copies = {};
  private ByteBuf[] nettyPieces = {};

  @Setup
  public void fill() {
    byte[][] octets = requests.octets();
    pieces = new ByteBuffer[octets.length];
    segments = new MemorySegment[octets.length];
    copies = new MemorySegment[octets.length];
    nettyPieces = new ByteBuf[octets.length];
    int length = 0;
    for (int i = 0; i < octets.length; i++) {
      length += octets[i].length;
      pieces[i] = NativeBuffer.allocate(1 << 16).bytes.put(octets[i]).flip();
      segments[i] = MemorySegment.ofBuffer(pieces[i]);
      copies[i] =
          MemorySegment.ofBuffer(ByteBuffer.allocateDirect(octets[i].length).put(octets[i]).flip());
      nettyPieces[i] = Unpooled.directBuffer(1 << 16).writeBytes(octets[i]);
    }
    System.out.println("# octets per request: " + length / Requests.COUNT);
    verify(length);
  }

  private void verify(int length) {
    check("requests", Requests.COUNT, edgewise());
    nettyDecoder();
    check("Netty's requests", Requests.COUNT, decoded.requests);
    check("what Netty has read", decoded.seen, read(pieces[0]));
    nettyChannelAlone();
    check("Netty's octets", length, passed.octets);
    check("lines", scanByteByByte(), scanEightByEight());
    check("lines are two at least", true, scanByteByByte() >= 3 * Requests.COUNT);
    check("octets compared", length, compare());
  }

  private String read(ByteBuffer in) {
    parser.reset();
    check("outcome", RequestParser.Outcome.COMPLETE, parser.parse(in));
    RequestLine line = parser.line;
    return Octets.latin1(in, line.methodStart, line.methodEnd)
        + " "
        + Octets.latin1(in, line.target.start, line.target.end)
        + " "
        + parser.fields.table.count();
  }

  @Benchmark
  public int edgewise() {
    int count = 0;
    for (ByteBuffer in : pieces) {
      while (in.hasRemaining()) {
        parser.reset();
        if (parser.parse(in) != RequestParser.Outcome.COMPLETE) {
          throw new IllegalStateException("a good request was not understood");
        }
        in.position(in.position() + parser.length());
        count++;
      }
      in.position(0);
    }
    return count;
  }

  @Benchmark
  public int nettyDecoder() {
    for (ByteBuf in : nettyPieces) {
      decoding.writeInbound(in.retainedDuplicate());
    }
    return decoded.requests;
  }

  @Benchmark
  public int nettyChannelAlone() {
    for (ByteBuf in : nettyPieces) {
      passing.writeInbound(in.retainedDuplicate());
    }
    return passed.octets;
  }

  /** Counts the lines, looking at each octet. */
  @Benchmark
  public int scanByteByByte() {
    int lines = 0;
    for (ByteBuffer in : pieces) {
      for (int i = 0; i < in.limit(); i++) {
        if (in.get(i) == '\n') {
          lines++;
        }
      }
    }
    return lines;
  }

  /** Counts the lines, looking at eight octets at a time. */
  @Benchmark
  public int scanEightByEight() {
    int lines = 0;
    for (ByteBuffer in : pieces) {
      int i = 0;
      for (; i + Long.BYTES <= in.limit(); i += Long.BYTES) {
        long differs = in.getLong(i) ^ 0x0A0A_0A0A_0A0A_0A0AL;
        long low = (differs & 0x7F7F_7F7F_7F7F_7F7FL) + 0x7F7F_7F7F_7F7F_7F7FL;
        lines += Long.bitCount(~(low | differs) & 0x8080_8080_8080_8080L);
      }
      for (; i < in.limit(); i++) {
        lines += in.get(i) == '\n' ? 1 : 0;
      }
    }
    return lines;
  }

  /**
   * Compares the octets with a copy by the JDK's vectorised loop: the limit of any look at them.
   */
  @Benchmark
  public int compare() {
    int equal = 0;
    for (int i = 0; i < segments.length; i++) {
      equal += segments[i].mismatch(copies[i]) < 0 ? (int) segments[i].byteSize() : 0;
    }
    return equal;
  }
}
