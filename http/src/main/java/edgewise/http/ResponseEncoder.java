package edgewise.http;

import edgewise.Connection;
import java.nio.charset.StandardCharsets;

/** Writes responses to connections: the prepared head, the end of the head, the body. */
final class ResponseEncoder {
  private static final byte[] CHUNKED =
      "Transfer-Encoding: chunked\r\n".getBytes(StandardCharsets.US_ASCII);

  private ResponseEncoder() {}

  /**
   * Writes a response and lets go of what it holds. The loop sends everything that is written in a
   * turn with one call.
   *
   * @param headOnly whether the request was HEAD: the same head, and no body
   * @return whether more may be written: false while the client does not take it, or if the
   *     connection has failed meanwhile
   */
  static boolean write(
      Connection connection,
      Response response,
      boolean headOnly,
      Persistence persistence,
      DateLine date) {
    if (!headOnly) {
      byte[] whole = response.whole(date.octets(persistence));
      if (whole != null) {
        return write(connection, whole); // it holds nothing
      }
    }
    try {
      boolean more = writeHead(connection, response, false, persistence, date);
      return (!headOnly && response.hasBody()) ? writeBody(connection, response.body()) : more;
    } finally {
      response.release();
    }
  }

  /**
   * Writes the head alone; {@code chunked} says how the body follows, if its length is not known.
   */
  static boolean writeHead(
      Connection connection,
      Response response,
      boolean chunked,
      Persistence persistence,
      DateLine date) {
    write(connection, response.head());
    if (chunked) {
      write(connection, CHUNKED);
    }
    return write(connection, date.octets(persistence));
  }

  private static boolean writeBody(Connection connection, Body body) {
    return switch (body) {
      case Body.Bytes bytes -> write(connection, bytes.octets());
      case Body.FileRegion region ->
          connection.isOpen()
              && connection.sendFile(region.file(), region.position(), region.length());
      case Body.Source _, Body.Output _, Body.Upgrade _, Later _ ->
          throw new AssertionError("a body that does not exist yet");
      case Body.Parts parts -> {
        // All of them, also when one is told that no more should come: half a body is none, and
        // what is queued is a few heads in memory and regions of a file that is open anyway.
        boolean more = true;
        for (Body part : parts.parts()) {
          more = writeBody(connection, part);
        }
        yield more;
      }
    };
  }

  /** A write that finds the peer gone closes the connection; the next one would throw. */
  private static boolean write(Connection connection, byte[] octets) {
    return connection.isOpen() && connection.write(octets);
  }
}
