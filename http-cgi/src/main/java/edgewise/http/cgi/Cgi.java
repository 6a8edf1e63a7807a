package edgewise.http.cgi;

import edgewise.http.HttpHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes handlers that answer each request by a program, RFC 3875.
 *
 * <pre>{@code
 * HttpServer.builder()
 *     .any("/cgi-bin/{path...}", Cgi.builder().at("/cgi-bin").directory(Path.of("cgi-bin")))
 *     .any("/report", Cgi.builder().at("/report").handler(List.of("/srv/report.py")))
 * }</pre>
 *
 * <p>The program gets the request as environment variables and its body on stdin, and writes a
 * header, an empty line and a body to stdout; what it writes to stderr is logged. Its environment
 * has nothing of the server's but PATH. It runs with the rights of the server: whoever may put a
 * file into a directory of programs may do what the server may.
 *
 * <p>Scripts that write the status line themselves ({@code nph-}) are not supported, and the query
 * is never made arguments of the program (RFC 3875 section 4.4 allows that, and it has been a hole
 * in many: CVE-2012-1823).
 */
public final class Cgi {
  private Cgi() {}

  /** Answers everything by one program; the whole path is its PATH_INFO. */
  public static HttpHandler handler(List<String> command) {
    return builder().handler(command);
  }

  /** Answers by the programs in a directory, the path naming which. */
  public static HttpHandler directory(Path directory) throws IOException {
    return builder().directory(directory);
  }

  /** A builder of handlers. */
  public static Builder builder() {
    return new Builder();
  }

  /** What a handler goes by beside its programs. */
  record Settings(
      List<String> prefix,
      CgiLimits limits,
      Map<String, String> variables,
      @Nullable Path documentRoot,
      boolean passesAuthorization) {}

  /** Describes a handler. */
  public static final class Builder {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private List<String> prefix = List.of();
    private CgiLimits limits = CgiLimits.DEFAULT;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private @Nullable Path documentRoot;
    private boolean passesAuthorization;

    private Builder() {
      String path = System.getenv("PATH");
      variables.put("PATH", path == null ? DEFAULT_PATH : path);
    }

    /**
     * The path that the handler is mounted at, without a pattern, such as {@code /cgi-bin}: it is
     * the beginning of SCRIPT_NAME, and requests for other paths get 404. By default it is empty.
     *
     * @throws IllegalArgumentException if it does not begin with a slash
     */
    public Builder at(String path) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException(
            "a path begins with a slash, such as /cgi-bin; this one is '" + path + "'");
      }
      List<String> segments = RequestPath.segments(path);
      prefix = segments.getLast().isEmpty() ? segments.subList(0, segments.size() - 1) : segments;
      return this;
    }

    /** What a program may use up. */
    public Builder limits(CgiLimits values) {
      limits = values;
      return this;
    }

    /** Sets an environment variable of all programs, such as PATH or LANG. */
    public Builder variable(String name, String value) {
      if (name.isEmpty() || name.indexOf('=') >= 0 || (name + value).indexOf('\0') >= 0) {
        throw new IllegalArgumentException("not an environment variable: '" + name + "'");
      }
      variables.put(name, value);
      return this;
    }

    /** Where paths of the site are files: PATH_TRANSLATED is made with it, else it is not set. */
    public Builder documentRoot(Path directory) {
      documentRoot = directory.toAbsolutePath();
      return this;
    }

    /**
     * Programs see the Authorization field as HTTP_AUTHORIZATION. They do not by default: RFC 3875
     * section 4.1.18 advises against it, as other users may read a program's environment.
     */
    public Builder passAuthorization() {
      passesAuthorization = true;
      return this;
    }

    private Settings settings() {
      return new Settings(
          List.copyOf(prefix), limits, Map.copyOf(variables), documentRoot, passesAuthorization);
    }

    /**
     * Answers everything by one program. It runs in the directory that it is in, if its name has
     * one, else in the server's.
     *
     * @param command the program, and arguments for it
     */
    public HttpHandler handler(List<String> command) {
      if (command.isEmpty()) {
        throw new IllegalArgumentException("a command has at least the name of a program");
      }
      return new CgiHandler(Scripts.command(command), settings());
    }

    /**
     * Answers by the programs in a directory. The path after {@link #at} leads through directories
     * to an executable file; what follows is the program's PATH_INFO. It runs in the directory that
     * it is in. 404 where there is none, also where a symbolic link leads out; 403 where the file
     * is not executable.
     *
     * @throws IOException if there is no such directory
     */
    public HttpHandler directory(Path directory) throws IOException {
      return new CgiHandler(Scripts.directory(directory), settings());
    }
  }
}
