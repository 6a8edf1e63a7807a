package edgewise.cli;

import edgewise.Connection;
import edgewise.Handler;
import java.nio.ByteBuffer;

/**
 * Sends the frames of a WebSocket back, RFC 6455 section 5: data frames as they came, a ping as a
 * pong. Frames of a client must be masked; what breaks a rule gets a close frame with a reason.
 * Reserved bits and unknown opcodes are refused; whether text is UTF-8 is not looked at.
 */
final class WebSocketEcho implements Handler {
  /** Longer frames are refused with 1009, since a frame is waited for as a whole. */
  private static final int MAX_PAYLOAD = 1 << 20;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int RESERVED_BITS = 0x70;
  private static final int CONTROL = 0x08;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int MASK_BYTES = 4;

  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int LAST_DATA = 0x2;

  private static final int PROTOCOL_ERROR = 1002;
  private static final int TOO_BIG = 1009;

  /** Whether the frame that comes next goes on with a message. */
  private boolean inMessage;

  @Override
  public void onData(Connection connection, ByteBuffer in) {
    boolean more = true;
    while (more && connection.isOpen()) {
      more = frame(connection, in);
    }
  }

  /** Takes one frame; false if it has not come as a whole. */
  private boolean frame(Connection connection, ByteBuffer in) {
    int start = in.position();
    if (in.remaining() < 2) {
      return false;
    }
    int first = in.get(start) & 0xFF;
    int second = in.get(start + 1) & 0xFF;
    int opcode = first & 0xF;
    int shortLength = second & ~MASKED;
    int lengthBytes = shortLength == LENGTH_64 ? 8 : shortLength == LENGTH_16 ? 2 : 0;
    if (isWrong(first, second, opcode, shortLength)) {
      return refuse(connection, in, PROTOCOL_ERROR);
    }
    int mask = start + 2 + lengthBytes;
    int head = 2 + lengthBytes + MASK_BYTES;
    if (in.remaining() < head) {
      return false;
    }
    long length =
        switch (lengthBytes) {
          case 8 -> in.getLong(start + 2);
          case 2 -> in.getShort(start + 2) & 0xFFFF;
          default -> shortLength;
        };
    if (length < 0 || length > MAX_PAYLOAD) {
      return refuse(connection, in, TOO_BIG);
    }
    if (in.remaining() - head < length) {
      return false;
    }
    answer(connection, first, payload(in, mask, (int) length));
    in.position(start + head + (int) length);
    return true;
  }

  private boolean isWrong(int first, int second, int opcode, int shortLength) {
    boolean known = opcode <= LAST_DATA || (opcode >= CLOSE && opcode <= PONG);
    boolean longControl =
        (opcode & CONTROL) != 0 && (shortLength >= LENGTH_16 || (first & FINAL) == 0);
    boolean outOfTurn = opcode <= LAST_DATA && (opcode == 0) != inMessage;
    return (second & MASKED) == 0
        || (first & RESERVED_BITS) != 0
        || !known
        || longControl
        || outOfTurn;
  }

  private static byte[] payload(ByteBuffer in, int mask, int length) {
    byte[] payload = new byte[length];
    in.get(mask + MASK_BYTES, payload);
    for (int i = 0; i < length; i++) {
      payload[i] ^= in.get(mask + i % MASK_BYTES);
    }
    return payload;
  }

  private void answer(Connection connection, int first, byte[] payload) {
    int opcode = first & 0xF;
    if (opcode <= LAST_DATA) {
      inMessage = (first & FINAL) == 0;
      write(connection, first, payload);
    } else if (opcode == PING) {
      write(connection, FINAL | PONG, payload);
    } else if (opcode == CLOSE) {
      write(connection, first, payload);
      connection.close();
    }
  }

  private static void write(Connection connection, int first, byte[] payload) {
    ByteBuffer head = ByteBuffer.allocate(10).put((byte) first);
    if (payload.length < LENGTH_16) {
      head.put((byte) payload.length);
    } else if (payload.length <= 0xFFFF) {
      head.put((byte) LENGTH_16).putShort((short) payload.length);
    } else {
      head.put((byte) LENGTH_64).putLong(payload.length);
    }
    if (!connection.write(head.flip()) || !connection.write(payload)) {
      connection.pause(); // until the client has taken what it asked for
    }
  }

  @Override
  public void onWritable(Connection connection) {
    connection.resume();
  }

  private static boolean refuse(Connection connection, ByteBuffer in, int status) {
    in.position(in.limit());
    write(connection, FINAL | CLOSE, new byte[] {(byte) (status >> 8), (byte) status});
    connection.closeLingering(java.time.Duration.ofSeconds(1));
    return false;
  }
}
