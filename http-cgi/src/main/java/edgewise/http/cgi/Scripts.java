package edgewise.http.cgi;

import edgewise.http.StatusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/** Finds the program for a path. Any thread; may read directories, so not on a loop. */
@FunctionalInterface
interface Scripts {
  /**
   * The program that the segments after the prefix name.
   *
   * @throws StatusException 404 or 403
   */
  Script find(List<String> segments) throws IOException;

  /** One program for all paths. */
  static Scripts command(List<String> command) {
    List<String> copy = List.copyOf(command);
    Path parent = Path.of(copy.getFirst()).toAbsolutePath().getParent();
    Path directory = copy.getFirst().indexOf('/') < 0 ? null : parent; // else the PATH knows where
    return segments -> new Script(copy, directory, List.of(), segments);
  }

  /** The executable files below a directory. */
  static Scripts directory(Path directory) throws IOException {
    Path root = directory.toRealPath();
    if (!Files.isDirectory(root)) {
      throw new NotDirectoryException(directory.toString());
    }
    return segments -> find(root, segments);
  }

  private static Script find(Path root, List<String> segments) throws IOException {
    Path at = root;
    for (int i = 0; i < segments.size(); i++) {
      at = below(root, at, segments.get(i));
      if (Files.isRegularFile(at)) {
        if (!Files.isExecutable(at)) {
          throw new StatusException(403, "that file is not executable");
        }
        return new Script(
            List.of(at.toString()),
            at.getParent(),
            segments.subList(0, i + 1),
            segments.subList(i + 1, segments.size()));
      }
      if (!Files.isDirectory(at)) {
        throw notFound();
      }
    }
    throw notFound();
  }

  /** The file of a directory with that name, all links followed; it must be below the root. */
  private static Path below(Path root, Path directory, String name) throws IOException {
    if (name.isEmpty()) {
      throw notFound();
    }
    try {
      Path found = directory.resolve(name).toRealPath();
      if (found.startsWith(root) && !found.equals(root)) {
        return found;
      }
    } catch (IOException | IllegalArgumentException e) { // also a name that no path can have
      throw notFound();
    }
    throw notFound();
  }

  private static StatusException notFound() {
    return new StatusException(404, "no program has that path");
  }
}
