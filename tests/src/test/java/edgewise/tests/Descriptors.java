package edgewise.tests;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The open descriptors of this process, from /proc/self/fd. */
final class Descriptors {
  private static final Path DIRECTORY = Path.of("/proc/self/fd");

  private Descriptors() {}

  /** Number to what it is; the descriptor used for looking is not among them. */
  static Map<Integer, String> open() {
    var open = new TreeMap<Integer, String>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DIRECTORY)) {
      for (Path each : all) {
        String target = target(each);
        if (!target.matches("|/proc/[0-9]+/fd")) {
          open.put(Integer.valueOf(each.getFileName().toString()), target);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return open;
  }

  /** What the link points to; empty if it has been closed since it was listed. */
  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** How many sockets, pipes, files and the like are open. */
  static int count() {
    return open().size();
  }
}
