import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Formats every Java source below the working directory with google-java-format; the build runs it.
 *
 * <p>{@code Format MEMORY VERSION}: MEMORY is a file that remembers which files were found
 * formatted by which VERSION of the formatter, so that a build that changed nothing reads nothing.
 * With {@code CI=true} in the environment no source is written: the build fails and names the
 * files.
 */
public final class Format {
  private final Path memory;
  private final String firstLine;
  private final boolean checkOnly = "true".equals(System.getenv("CI"));
  private final Formatter formatter = new Formatter();
  private final List<Path> changed = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();

  private Format(Path memory, String version) {
    this.memory = memory;
    this.firstLine = "google-java-format " + version;
  }

  public static void main(String[] args) throws IOException {
    System.exit(new Format(Path.of(args[0]), args[1]).run());
  }

  private int run() throws IOException {
    Set<String> known = remembered();
    Set<String> formatted = new TreeSet<>();
    for (var source : sources().entrySet()) {
      Path path = source.getKey();
      String line = line(path, source.getValue());
      if (known.contains(line) || format(path)) {
        formatted.add(line(path, Files.readAttributes(path, BasicFileAttributes.class)));
      }
    }
    remember(formatted);
    return report();
  }

  /** Returns whether the file is formatted now. */
  private boolean format(Path path) throws IOException {
    try {
      String before = Files.readString(path);
      String after = formatter.formatSourceAndFixImports(before);
      if (before.equals(after)) {
        return true;
      }
      changed.add(path);
      if (!checkOnly) {
        Files.writeString(path, after);
      }
      return !checkOnly;
    } catch (FormatterException e) {
      // The compiler says it better, and comes next.
      broken.add(path + ": " + e.getMessage().lines().findFirst().orElse("does not parse"));
      return false;
    }
  }

  private int report() {
    broken.forEach(line -> System.out.println("not formatted, since it does not parse: " + line));
    if (changed.isEmpty()) {
      return 0;
    }
    List<String> names = changed.stream().map(Path::toString).toList();
    if (checkOnly) {
      System.out.println(
          "Not formatted (run \"mvn verify\" without CI=true, it formats them, and commit): "
              + String.join(" ", names));
      return 1;
    }
    System.out.println("Formatted: " + String.join(" ", names));
    return 0;
  }

  private static TreeMap<Path, BasicFileAttributes> sources() throws IOException {
    var sources = new TreeMap<Path, BasicFileAttributes>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            String name = dir.getFileName().toString();
            boolean skip = name.equals("target") || name.startsWith(".");
            return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              sources.put(file, attributes);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }

  private static String line(Path path, BasicFileAttributes attributes) {
    return path + " " + attributes.size() + " " + attributes.lastModifiedTime();
  }

  private Set<String> remembered() throws IOException {
    if (!Files.exists(memory)) {
      return Set.of();
    }
    List<String> lines = Files.readAllLines(memory);
    boolean sameFormatter = !lines.isEmpty() && lines.getFirst().equals(firstLine);
    return sameFormatter ? Set.copyOf(lines) : Set.of();
  }

  private void remember(Set<String> formatted) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(firstLine);
    lines.addAll(formatted);
    Files.write(memory, lines);
  }
}
