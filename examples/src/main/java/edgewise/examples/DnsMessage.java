package edgewise.examples;

import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Questions to a DNS server and its answers, RFC 1035 section 4. Whatever the bytes are, reading
 * them ends: with an answer to the question that was asked, or with a ProtocolException.
 */
public final class DnsMessage {
  /** The types of records that this example can show; TYPE12345 stands for any other. */
  public static final List<String> TYPES =
      List.of("A", "NS", "CNAME", "SOA", "PTR", "MX", "TXT", "AAAA");

  private static final List<Integer> NUMBERS = List.of(1, 2, 5, 6, 12, 15, 16, 28);

  private static final int CLASS_IN = 1;
  private static final int RESPONSE = 0x8000;
  private static final int OPCODE = 0x7800;
  private static final int TRUNCATED = 0x0200;
  private static final int RECURSION_DESIRED = 0x0100;
  private static final int CODE = 0xf;

  private static final int HEAD = 12;
  private static final int LABEL_MAX = 63;
  private static final int NAME_MAX = 255;
  private static final int POINTER = 0xc0;

  /** A domain name without the dot at its end, and the number of a record type. */
  public record Question(String name, int type) {
    /** The type by its name. */
    public static Question of(String name, String type) {
      int at = TYPES.indexOf(type.toUpperCase(Locale.ROOT));
      if (at < 0) {
        throw new IllegalArgumentException("not one of " + TYPES + ": " + type);
      }
      return new Question(
          name.endsWith(".") ? name.substring(0, name.length() - 1) : name, NUMBERS.get(at));
    }
  }

  /** One resource record: section 4.1.3. */
  public record Answer(String name, int type, long ttl, String data) {
    @Override
    public String toString() {
      int at = NUMBERS.indexOf(type);
      return "%s %d %s %s".formatted(name, ttl, at < 0 ? "TYPE" + type : TYPES.get(at), data);
    }
  }

  /** What a server says: its response code (0 no error, 3 no such name), and the answers. */
  public record Response(int code, boolean truncated, List<Answer> answers) {}

  private DnsMessage() {}

  /**
   * A question, ready to be sent.
   *
   * @throws IllegalArgumentException if the name has a label that is empty or longer than 63 bytes,
   *     or more than 255 bytes altogether
   */
  public static ByteBuffer query(int id, Question question) {
    ByteBuffer out = ByteBuffer.allocate(HEAD + NAME_MAX + 1 + 4);
    out.putShort((short) id).putShort((short) RECURSION_DESIRED);
    out.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    int total = 1;
    for (String label : question.name.isEmpty() ? new String[0] : question.name.split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      total += 1 + bytes.length;
      if (bytes.length == 0 || bytes.length > LABEL_MAX || total > NAME_MAX) {
        throw new IllegalArgumentException("not a domain name: " + question.name);
      }
      out.put((byte) bytes.length).put(bytes);
    }
    out.put((byte) 0).putShort((short) question.type).putShort((short) CLASS_IN);
    return out.flip();
  }

  /**
   * Reads a response.
   *
   * @param in the whole message from position to limit; of a truncated one only the head is read
   * @throws ProtocolException if it is none to this question, or malformed
   */
  public static Response parse(ByteBuffer in, int id, Question question) throws ProtocolException {
    ByteBuffer message = in.slice();
    try {
      return response(message, id, question);
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw malformed("it ends too early");
    }
  }

  private static Response response(ByteBuffer message, int id, Question question)
      throws ProtocolException {
    if (message.limit() < HEAD) {
      throw malformed("it has no whole head");
    }
    int gotId = u16(message);
    int flags = u16(message);
    int questions = u16(message);
    int answers = u16(message);
    message.position(HEAD); // authority and additional records are not looked at
    if (gotId != id || (flags & RESPONSE) == 0 || (flags & OPCODE) != 0 || questions != 1) {
      throw malformed("it is no response to this query");
    }
    String name = name(message);
    if (!name.equalsIgnoreCase(question.name)
        || u16(message) != question.type
        || u16(message) != CLASS_IN) {
      throw malformed("it answers another question");
    }
    var all = new ArrayList<Answer>();
    boolean truncated = (flags & TRUNCATED) != 0;
    for (int i = 0; i < answers && !truncated; i++) {
      all.add(answer(message)); // each takes 11 bytes at least, so the message limits them
    }
    return new Response(flags & CODE, truncated, all);
  }

  private static Answer answer(ByteBuffer message) throws ProtocolException {
    String name = name(message);
    int type = u16(message);
    int ignored = u16(message); // the class: we have asked for IN
    long ttl = Integer.toUnsignedLong(message.getInt());
    int length = u16(message);
    int end = message.position() + length;
    if (length > message.remaining()) {
      throw malformed("a record is longer than the message");
    }
    String data = data(message, type, end);
    if (message.position() != end) {
      throw malformed("a record is longer or shorter than it says");
    }
    return new Answer(name, type, ttl, data);
  }

  private static String data(ByteBuffer message, int type, int end) throws ProtocolException {
    return switch (type) {
      case 1 -> address(message, 4);
      case 28 -> address(message, 16);
      case 2, 5, 12 -> name(message);
      case 15 -> u16(message) + " " + name(message);
      case 16 -> texts(message, end);
      default -> {
        byte[] bytes = new byte[end - message.position()];
        message.get(bytes);
        yield "\\# " + bytes.length + " " + HexFormat.of().formatHex(bytes); // RFC 3597 section 5
      }
    };
  }

  private static String address(ByteBuffer message, int length) throws ProtocolException {
    byte[] bytes = new byte[length];
    message.get(bytes);
    try {
      return InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("4 and 16 bytes are the lengths it takes", impossible);
    }
  }

  private static String texts(ByteBuffer message, int end) {
    var all = new StringBuilder();
    while (message.position() < end) {
      int length = u8(message);
      all.append(all.isEmpty() ? "\"" : " \"");
      append(all, message, message.position(), length);
      all.append('"');
      message.position(message.position() + length);
    }
    return all.toString();
  }

  /**
   * A domain name, section 4.1.4. A pointer must lead to before where the name, or the part that a
   * pointer has led to, begins; so each leads further to the front, and there is no loop.
   */
  private static String name(ByteBuffer message) throws ProtocolException {
    var name = new StringBuilder();
    int at = message.position();
    int start = at;
    int after = -1;
    int total = 1;
    for (int length; (length = message.get(at) & 0xff) != 0; ) {
      if ((length & POINTER) == POINTER) {
        int target = ((length & ~POINTER) << 8) | (message.get(at + 1) & 0xff);
        after = after < 0 ? at + 2 : after;
        if (target >= start) {
          throw malformed("a compressed name leads forward");
        }
        start = target;
        at = target;
      } else {
        total += 1 + length;
        if (length > LABEL_MAX || total > NAME_MAX) {
          throw malformed("a name is too long");
        }
        name.append(name.isEmpty() ? "" : ".");
        append(name, message, at + 1, length);
        at += 1 + length;
      }
    }
    message.position(after < 0 ? at + 1 : after);
    return name.toString();
  }

  /** Bytes as text; what would deceive a reader is written as \\DDD (section 5.1). */
  private static void append(StringBuilder to, ByteBuffer message, int at, int length) {
    for (int i = at; i < at + length; i++) {
      int c = message.get(i) & 0xff;
      if (c < ' ' || c > '~' || (c == '.' && isLabel(to)) || c == '"' || c == '\\') {
        to.append("\\%03d".formatted(c));
      } else {
        to.append((char) c);
      }
    }
  }

  /** Texts begin with a quote; in labels a dot would look like the end. */
  private static boolean isLabel(StringBuilder text) {
    return text.isEmpty() || text.charAt(0) != '"';
  }

  private static int u8(ByteBuffer in) {
    return in.get() & 0xff;
  }

  private static int u16(ByteBuffer in) {
    return in.getShort() & 0xffff;
  }

  private static ProtocolException malformed(String why) {
    return new ProtocolException("not a DNS response: " + why);
  }
}
