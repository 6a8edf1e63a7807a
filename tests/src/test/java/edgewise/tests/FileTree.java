package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A directory with a few files in it, and one beside it that is not to be reached. */
final class FileTree {
  private FileTree() {}

  static OpenFile open(FileRoot root, String name) throws IOException {
    return Objects.requireNonNull(root.open(name), name);
  }

  static Path tree(Rig rig) throws IOException {
    Path top = Files.createDirectories(rig.directory().resolve("root"));
    Files.createDirectories(top.resolve("sub"));
    Files.write(top.resolve("file"), Bytes.random(30, 3_000_000));
    Files.writeString(top.resolve("sub/small"), "small");
    Files.writeString(top.resolve("empty"), "");
    Files.writeString(rig.directory().resolve("secret"), "secret");
    return top;
  }

  /** Without pipes to it, which would be closed some time later, when descriptors are counted. */
  static void run(String... command) throws Exception {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }
}
