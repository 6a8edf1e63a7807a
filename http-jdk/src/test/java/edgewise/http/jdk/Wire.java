package edgewise.http.jdk;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that sends what it is told and reads strictly. */
final class Wire implements AutoCloseable {
  /** Among the fields: the interim responses that came before. No field has such a name. */
  static final String INTERIM = "(interim)";

  private static final int PATIENCE_MILLIS = 10_000;

  /** One final response; fields by their names in lower case. */
  record Answer(int status, Map<String, List<String>> fields, String body) {
    /** The connection ended before a whole response had come. */
    static final Answer CUT = new Answer(-1, Map.of(), "");

    /** Nothing came for as long as one has patience. */
    static final Answer SILENCE = new Answer(-2, Map.of(), "");

    String field(String name) {
      return String.join(" | ", fields.getOrDefault(name, List.of()));
    }

    boolean has(String name) {
      return fields.containsKey(name);
    }
  }

  private final Socket socket;
  private final InputStream in;

  Wire(int port) throws IOException {
    this(InetAddress.getLoopbackAddress(), port);
  }

  Wire(InetAddress address, int port) throws IOException {
    socket = new Socket(address, port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = socket.getInputStream();
  }

  /** Waits so long for octets. */
  Wire patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
    return this;
  }

  Wire send(String octets) throws IOException {
    socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** A head of these lines. */
  static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  static String get(String target) {
    return head("GET " + target + " HTTP/1.1", "Host: h");
  }

  /** The next final response; {@code method} is that of the request. */
  Answer answer(String method) throws IOException {
    try {
      var interim = new ArrayList<String>();
      Answer answer = readOne(method);
      while (answer.status() / 100 == 1) {
        interim.add("" + answer.status());
        answer = readOne(method);
      }
      if (!interim.isEmpty()) {
        answer.fields().put(INTERIM, interim);
      }
      return answer;
    } catch (SocketTimeoutException e) {
      return Answer.SILENCE;
    } catch (IOException e) {
      return Answer.CUT;
    }
  }

  private Answer readOne(String method) throws IOException {
    String first = line();
    int status = Integer.parseInt(first.substring(9, 12));
    var fields = new TreeMap<String, List<String>>();
    List<String> last = List.of();
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (line.startsWith(" ")) { // the JDK sends folded what it was given folded
        last.addLast(last.removeLast() + line);
        continue;
      }
      int colon = line.indexOf(':');
      last =
          fields.computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>());
      last.add(line.substring(colon + 1).strip());
    }
    boolean none = method.equals("HEAD") || status < 200 || status == 204 || status == 304;
    return new Answer(status, fields, none ? "" : body(fields));
  }

  private String body(Map<String, List<String>> fields) throws IOException {
    if (fields.containsKey("transfer-encoding")) {
      return chunks();
    }
    byte[] octets;
    if (fields.containsKey("content-length")) {
      int length = Integer.parseInt(fields.get("content-length").getFirst());
      octets = in.readNBytes(length);
      if (octets.length < length) {
        throw new EOFException("the body is too short");
      }
    } else {
      octets = in.readAllBytes();
    }
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  private String chunks() throws IOException {
    var all = new StringBuilder();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      byte[] octets = in.readNBytes(size);
      if (octets.length < size || !line().isEmpty()) {
        throw new EOFException("a chunk is too short");
      }
      if (size == 0) {
        return all.toString();
      }
      all.append(new String(octets, StandardCharsets.ISO_8859_1));
    }
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("the connection has ended");
      }
      if (octet == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      line.write(octet);
    }
  }

  /** Whether the server has closed the connection, or does so soon. */
  boolean ends() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
