package edgewise.http;

import edgewise.bench.pieces.Piece;
import edgewise.spi.NativeBuffer;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Looking up one of 12 fields, as {@link Request#header} does, which makes a String of the value
 * each time; without that String; and in the headers that Netty's decoder has made, where it was
 * made before.
 */
public class HeaderLookup extends Piece {
  /** The first field, the last, and one that is not there; with the case of its sender. */
  @Param({"Host", "Cookie", "Authorization"})
  public String name = "Host";

  private final RequestParser parser = new RequestParser(HttpLimits.DEFAULT);
  private final ByteBuffer in = request();
  private final FieldTable table = parser.fields.table;
  private final HttpHeaders netty = nettyHeaders();

  private static ByteBuffer request() {
    return NativeBuffer.allocate(4096).bytes.put(Requests.BROWSER.octets()[0]).flip();
  }

  private static HttpHeaders nettyHeaders() {
    var channel = new EmbeddedChannel(new HttpRequestDecoder());
    channel.writeInbound(Unpooled.copiedBuffer(request()));
    HttpRequest request = Objects.requireNonNull(channel.readInbound());
    return request.headers();
  }

  @Setup
  public void verify() {
    check("parser", RequestParser.Outcome.COMPLETE, parser.parse(in));
    check("fields", 12, table.count());
    check("value", String.valueOf(netty.get(name)), String.valueOf(header()));
    check("found", netty.contains(name), find() != FieldTable.NONE);
    int length = String.valueOf(header()).getBytes(StandardCharsets.ISO_8859_1).length;
    check("the value's length", true, length >= 4);
  }

  @Benchmark
  public @Nullable String header() {
    int field = table.find(in, 0, name, 0);
    return field == FieldTable.NONE ? null : table.value(in, 0, field);
  }

  @Benchmark
  public int find() {
    return table.find(in, 0, name, 0);
  }

  @Benchmark
  public @Nullable String netty() {
    return netty.get(name);
  }
}
