package edgewise.cli;

import edgewise.Endpoint;
import edgewise.spi.Backend;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads an ADDRESS of the command line, and looks at what can be known before binding it. */
final class ListenAddress {
  private static final String PASSED = "fd:";

  private ListenAddress() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none; the message says what one is
   */
  static Asked parse(String text) {
    return text.startsWith(PASSED) && text.length() > PASSED.length()
        ? new Asked(text.substring(PASSED.length()), null)
        : Asked.of(Endpoint.parse(text));
  }

  /**
   * Refuses what the backend lacks, and what the kernel's answer would not explain: for a socket
   * file it does not say which directory is the trouble.
   */
  static void check(Endpoint endpoint, Backend backend) {
    if (endpoint instanceof Endpoint.Unix unix) {
      checkDirectoryOf(unix.path());
    }
    if (endpoint instanceof Endpoint.Abstract name
        && !backend.has(Backend.Feature.ABSTRACT_NAMES)) {
      throw CommandFailure.ofUser(
          "the %s backend has no abstract unix names such as %s; use unix:/path, or --backend epoll"
              .formatted(backend.name(), name));
    }
  }

  private static void checkDirectoryOf(Path path) {
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null) {
      throw CommandFailure.ofUser("'" + path + "' is a directory; name a socket file in it");
    }
    String trouble =
        !Files.exists(directory)
            ? "does not exist; create it"
            : !Files.isDirectory(directory)
                ? "is not a directory; choose another path"
                : !Files.isWritable(directory)
                    ? "may not be written by this user; choose another path"
                    : null;
    if (trouble != null) {
      throw CommandFailure.ofUser(
          "cannot make the socket file " + path + ": " + directory + " " + trouble);
    }
  }
}
