package edgewise.http;

import edgewise.OpenFile;
import edgewise.http.ByteRanges.Range;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** 206 and 416: some of a file, RFC 9110 section 15.3.7, which the response owns. */
final class PartialContent {
  private static final byte[] NOTHING = {};

  private PartialContent() {}

  static Response of(OpenFile file, String contentType, List<Range> ranges) {
    return ranges.size() == 1
        ? single(file, contentType, ranges.getFirst())
        : multiple(file, contentType, ranges);
  }

  /** The file is not needed, and stays the caller's. */
  static Response unsatisfiable(long length) {
    return Response.error(416).header("Content-Range", "bytes */" + length);
  }

  private static Response single(OpenFile file, String contentType, Range range) {
    return Response.bytes(NOTHING, contentType)
        .withStatus(206)
        .withBody(region(file, range))
        .header("Content-Range", contentRange(range, file.size()));
  }

  private static Response multiple(OpenFile file, String contentType, List<Range> ranges) {
    String boundary = boundary();
    var parts = new ArrayList<Body>();
    String before = "";
    for (Range range : ranges) {
      String head =
          "%s--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
              .formatted(before, boundary, contentType, contentRange(range, file.size()));
      parts.add(bytes(head));
      parts.add(region(file, range));
      before = "\r\n";
    }
    parts.add(bytes("\r\n--" + boundary + "--\r\n"));
    return Response.bytes(NOTHING, "multipart/byteranges; boundary=" + boundary)
        .withStatus(206)
        .withBody(Body.Parts.of(parts));
  }

  /** Another one each time, so that nobody can put it into a file beforehand. */
  private static String boundary() {
    var random = ThreadLocalRandom.current();
    return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
  }

  private static String contentRange(Range range, long length) {
    return "bytes " + range.first() + "-" + range.last() + "/" + length;
  }

  private static Body bytes(String text) {
    return new Body.Bytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Body region(OpenFile file, Range range) {
    return new Body.FileRegion(file, range.first(), range.length());
  }
}
