package edgewise.http.cgi;

import edgewise.Endpoint;
import edgewise.http.Request;
import edgewise.http.StatusException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The environment of a program, RFC 3875 section 4.1. Octets of the request arrive in it as they
 * came, if they are UTF-8 and the JVM's encoding of environments (sun.jnu.encoding, from the
 * locale) has them.
 */
final class MetaVariables {
  /**
   * Fields that have variables of their own (section 4.1.18), that are about the connection and not
   * the request, or that must not be seen: HTTP_PROXY is a variable that programs take for a proxy
   * of the machine's (httpoxy, CVE-2016-5385).
   */
  private static final Set<String> HIDDEN =
      Set.of(
          "authorization",
          "proxy-authorization",
          "proxy",
          "content-type",
          "content-length",
          "connection",
          "proxy-connection",
          "keep-alive",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "expect");

  private static final Charset ENCODING =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  private final Map<String, String> all = new HashMap<>();

  private MetaVariables() {}

  /** Those that a request has whatever program answers it; on the loop, with the request. */
  static MetaVariables of(Request request, Cgi.Settings settings) throws IOException {
    var variables = new MetaVariables();
    variables.put("GATEWAY_INTERFACE", "CGI/1.1");
    variables.put("SERVER_SOFTWARE", "Edgewise");
    variables.put("SERVER_PROTOCOL", request.version());
    variables.put("REQUEST_METHOD", request.method());
    String query = request.query();
    variables.put("QUERY_STRING", query == null ? "" : utf8(query));
    variables.addServer(request);
    String client = address(request.remote());
    variables.put("REMOTE_ADDR", client);
    variables.put("REMOTE_HOST", client); // section 4.1.9: the address in place of a look-up
    variables.addBody(request);
    request.eachHeader((name, value) -> variables.addField(name, value, settings));
    return variables;
  }

  /** These, and those that tell which program it is. */
  Map<String, String> with(Script script, Cgi.Settings settings) {
    String prefix = RequestPath.join(settings.prefix());
    put("SCRIPT_NAME", prefix + RequestPath.join(script.name()));
    String pathInfo = RequestPath.join(script.pathInfo());
    put("PATH_INFO", pathInfo);
    Path root = settings.documentRoot();
    if (root != null && !pathInfo.isEmpty()) {
      put("PATH_TRANSLATED", root + pathInfo);
    }
    all.putAll(settings.variables()); // last: no client can change them
    return all;
  }

  private void put(String name, String value) {
    if (!ENCODING.newEncoder().canEncode(value)) {
      throw new StatusException(
          500, "the server's locale has no UTF-8: start it with LANG=C.UTF-8, for " + name);
    }
    all.put(name, value);
  }

  // --- the server

  private void addServer(Request request) throws IOException {
    Endpoint local = request.local();
    String host = request.host();
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    String name = hasPort ? host.substring(0, colon) : host;
    if (local instanceof Endpoint.Inet(InetAddress address, int port)) {
      put("SERVER_NAME", name.isEmpty() ? bracketed(address) : utf8(name));
      put("SERVER_PORT", Integer.toString(port));
    } else {
      put("SERVER_NAME", name.isEmpty() ? "localhost" : utf8(name));
      // A socket file has no port; the client believes in that of the URL.
      String port = hasPort ? host.substring(colon + 1) : "";
      put("SERVER_PORT", port.isEmpty() ? "80" : port);
    }
  }

  private static String bracketed(InetAddress address) {
    String text = text(address);
    return address instanceof Inet6Address ? "[" + text + "]" : text;
  }

  private static String address(Endpoint remote) {
    return remote instanceof Endpoint.Inet(InetAddress address, int _) ? text(address) : "unix:";
  }

  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  // --- the request

  private void addBody(Request request) {
    String length = request.header("Content-Length");
    if (length != null) {
      put("CONTENT_LENGTH", length);
    } else if (CgiHandler.isChunked(request)) {
      put("CONTENT_LENGTH", Integer.toString(request.bodyLength()));
    }
    String type = request.header("Content-Type");
    if (type != null) {
      put("CONTENT_TYPE", utf8(type));
    }
  }

  /**
   * A field as HTTP_NAME. A name with an underscore would look like one with a dash, by which a
   * client could set what a proxy in front means to set, so it is left out.
   */
  private void addField(String name, String value, Cgi.Settings settings) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean passed = settings.passesAuthorization() && lower.equals("authorization");
    if ((HIDDEN.contains(lower) && !passed) || !isPlain(lower)) {
      return;
    }
    String text = utf8(value);
    if (ENCODING.newEncoder().canEncode(text)) {
      String between = lower.equals("cookie") ? "; " : ", "; // RFC 6265 5.4, RFC 9110 5.3
      String variable = "HTTP_" + lower.toUpperCase(Locale.ROOT).replace('-', '_');
      all.merge(variable, text, (first, next) -> first + between + next);
    }
  }

  private static boolean isPlain(String lower) {
    return lower
        .chars()
        .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }

  /** Octets that were read as Latin-1, as the text that they are in UTF-8, or else in Latin-1. */
  private static String utf8(String latin1) {
    ByteBuffer octets = ByteBuffer.wrap(latin1.getBytes(StandardCharsets.ISO_8859_1));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
    } catch (CharacterCodingException e) {
      return latin1; // what RFC 9110 section 5.5 calls obs-text
    }
  }
}
