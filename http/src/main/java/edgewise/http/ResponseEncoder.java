package edgewise.http;

import edgewise.Connection;

/** Writes responses to connections: the prepared head, the end of the head, the body. */
final class ResponseEncoder {
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
    try {
      write(connection, response.head());
      boolean more = write(connection, date.octets(persistence));
      return (!headOnly && response.hasBody()) ? writeBody(connection, response.body()) : more;
    } finally {
      response.release();
    }
  }

  private static boolean writeBody(Connection connection, Response.Body body) {
    return switch (body) {
      case Response.Body.Bytes bytes -> write(connection, bytes.octets());
      case Response.Body.FileRegion region ->
          connection.isOpen()
              && connection.sendFile(region.file(), region.position(), region.length());
      case Response.Body.Parts parts -> {
        // All of them, also when one is told that no more should come: half a body is none, and
        // what is queued is a few heads in memory and regions of a file that is open anyway.
        boolean more = true;
        for (Response.Body part : parts.parts()) {
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
