package edgewise.http;

import edgewise.Acceptor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The server's side of the opening handshake of WebSocket, RFC 6455 section 4.2. The frames after
 * it are the next handler's affair.
 */
public final class WebSocketHandshake {
  private static final String PROTOCOL = "websocket";
  private static final String VERSION = "13";

  /** Section 1.3: shows that the server has read the handshake as one. */
  private static final String SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private static final int KEY_BYTES = 16;

  private WebSocketHandshake() {}

  /**
   * Accepts a handshake: 101, and the connection is the next handler's. What is none gets 426, with
   * the version that is spoken here, or 400.
   */
  public static Response accept(Request request, Acceptor next) {
    if (!request.upgradesTo(PROTOCOL)) {
      return Response.error(426).header("Upgrade", PROTOCOL);
    }
    if (!request.method().equals("GET") || request.bodyLength() > 0) {
      throw new StatusException(400, "a WebSocket handshake is a GET without a body");
    }
    if (!List.of(VERSION).equals(request.headers("Sec-WebSocket-Version"))) {
      return Response.error(426)
          .header("Upgrade", PROTOCOL)
          .header("Sec-WebSocket-Version", VERSION);
    }
    List<String> keys = request.headers("Sec-WebSocket-Key");
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      throw new StatusException(400, "Sec-WebSocket-Key is not 16 octets in base64");
    }
    return Response.upgrade(PROTOCOL, next).header("Sec-WebSocket-Accept", proof(keys.getFirst()));
  }

  private static boolean isKey(String key) {
    try {
      return Base64.getDecoder().decode(key).length == KEY_BYTES && key.endsWith("==");
    } catch (IllegalArgumentException e) {
      return false; // the answer to the question
    }
  }

  private static String proof(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1"); // as section 4.2.2 has it
      byte[] hash = digest.digest((key + SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
  }
}
