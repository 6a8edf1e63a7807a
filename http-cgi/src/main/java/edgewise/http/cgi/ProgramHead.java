package edgewise.http.cgi;

import edgewise.http.BodySource;
import edgewise.http.Response;
import edgewise.http.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A program's header, understood: RFC 3875 section 6.3.
 *
 * <p>A Location without a Status makes it 302. A local one, which section 6.2.2 wants the server to
 * follow itself, goes to the client as well: a relative reference is a Location for HTTP too (RFC
 * 9110 section 10.2.2), and the client then shows the right address.
 *
 * @param contentType null if the program has no body
 * @param contentLength what the program says about its body's length, or {@link #UNKNOWN}
 */
record ProgramHead(
    int status, @Nullable String contentType, long contentLength, List<Response.Field> fields) {
  static final long UNKNOWN = -1;

  /** About the connection, or said by the server: a program has no say in them. */
  private static final Set<String> DROPPED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "date");

  /**
   * Reads the lines of a header.
   *
   * @throws StatusException 502 for what RFC 3875 does not allow
   */
  static ProgramHead parse(List<String> lines) {
    var found = new Fields();
    lines.forEach(found::add);
    if (found.status == null && found.location == null && found.contentType == null) {
      throw malformed("has neither Content-Type nor Location nor Status"); // section 6.3
    }
    int status = found.location == null ? 200 : 302;
    return new ProgramHead(
        found.status == null ? status : status(found.status),
        found.contentType,
        found.contentLength == null ? UNKNOWN : length(found.contentLength),
        List.copyOf(found.others));
  }

  /** What has been found so far. */
  private static final class Fields {
    @Nullable String status;
    @Nullable String location;
    @Nullable String contentType;
    @Nullable String contentLength;
    final List<Response.Field> others = new ArrayList<>();

    void add(String line) {
      if (line.startsWith("HTTP/")) {
        throw malformed("begins with a status line; nph- scripts are not supported");
      }
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw malformed("has a line without a colon");
      }
      String name = line.substring(0, colon);
      String value = trim(line.substring(colon + 1));
      // Checked like a field that is sent, under a name that the server does not keep for itself.
      field(name.isEmpty() ? name : "X-" + name, value);
      switch (name.toLowerCase(Locale.ROOT)) {
        case "status" -> status = once(status, name, value);
        case "content-type" -> contentType = once(contentType, name, value);
        case "content-length" -> contentLength = once(contentLength, name, value);
        case "location" -> {
          location = once(location, name, value);
          others.add(field(name, value));
        }
        case String lower when DROPPED.contains(lower) -> {}
        default -> others.add(field(name, value));
      }
    }
  }

  private static Response.Field field(String name, String value) {
    try {
      return new Response.Field(name, value);
    } catch (IllegalArgumentException e) {
      throw malformed("has a malformed field: " + e.getMessage());
    }
  }

  private static String once(@Nullable String before, String name, String value) {
    if (before != null) {
      throw malformed("has two fields " + name); // section 6.3: not more than once
    }
    if (value.isEmpty()) {
      throw malformed("has nothing in its field " + name);
    }
    return value;
  }

  /** Three digits, and perhaps a phrase, which HTTP does not need. */
  private static int status(String value) {
    String digits = value.length() > 3 && value.charAt(3) == ' ' ? value.substring(0, 3) : value;
    if (!digits.matches("[2-5][0-9][0-9]")) {
      throw malformed("has a Status that is none from 200 to 599");
    }
    return Integer.parseInt(digits);
  }

  private static long length(String value) {
    if (!value.matches("[0-9]{1,18}")) {
      throw malformed("has a Content-Length that is none");
    }
    return Long.parseLong(value);
  }

  private static String trim(String value) {
    return value.replaceAll("^[ \t]+|[ \t]+$", "");
  }

  private static StatusException malformed(String how) {
    return new StatusException(502, "the program's header " + how);
  }

  /** Whether octets of a body go to the client, unless it has asked by HEAD. */
  boolean hasBody() {
    return contentType != null
        && contentLength != 0
        && status != 204
        && status != 205
        && status != 304;
  }

  /** The response, with its body from there if it has one. */
  Response response(BodySource body) {
    Response response =
        contentType == null
            ? Response.status(status)
            : Response.stream(contentType, contentLength, body).withStatus(status);
    for (Response.Field field : fields) {
      response = response.header(field);
    }
    return response;
  }
}
