package edgewise.http.cgi;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program that is to answer a request.
 *
 * @param command it and its arguments
 * @param directory where it runs; null for the server's
 * @param name the segments of the path that named it, which SCRIPT_NAME is made of
 * @param pathInfo the segments that follow
 */
record Script(
    List<String> command, @Nullable Path directory, List<String> name, List<String> pathInfo) {
  @Override
  public String toString() {
    return command.getFirst();
  }
}
