package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.sources.DirectoryOptions;
import edgewise.sources.DirectoryWatch;
import edgewise.sources.FileEvent;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/**
 * Whoever does with a set of paths what the events say has the tree as it is: whatever is done to
 * it, while the loop runs or while it does not.
 */
class DirectoryModelTest {
  private static final int DIRECTORIES = 12;

  /** The tree as the events tell it; a directory's path ends with a slash. */
  private static final class Model implements DirectoryWatch.Handler {
    final Path root;
    final TreeSet<String> paths = new TreeSet<>();
    final List<String> log = new ArrayList<>();
    int overflows;

    Model(Path root) {
      this.root = root;
    }

    private String text(FileEvent event) {
      return root.relativize(Objects.requireNonNull(event.path()))
          + (event.isDirectory() ? "/" : "");
    }

    @Override
    public void onEvent(DirectoryWatch watch, FileEvent event) {
      log.add(event.toString());
      switch (event.kind()) {
        case FOUND, CREATED, MOVED_IN -> paths.add(text(event));
        case DELETED, MOVED_OUT -> remove(text(event));
        case MOVED -> {
          String from =
              root.relativize(Objects.requireNonNull(event.from()))
                  + (event.isDirectory() ? "/" : "");
          List<String> moved = paths.stream().filter(path -> path.startsWith(from)).toList();
          if (event.isDirectory()) {
            remove(from);
            moved.forEach(path -> paths.add(text(event) + path.substring(from.length())));
          } else {
            paths.remove(from);
          }
          paths.add(text(event));
        }
        case OVERFLOW -> {
          overflows++;
          paths.clear();
        }
        case COMPLETE, MODIFIED, WRITTEN, ATTRIBUTES, FAILED, GONE -> {}
      }
    }

    private void remove(String path) {
      paths.remove(path);
      if (path.endsWith("/")) {
        paths.removeIf(each -> each.startsWith(path));
      }
    }
  }

  private static Set<String> real(Path root) throws IOException {
    var all = new TreeSet<String>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path each : walk.filter(path -> !path.equals(root)).toList()) {
        all.add(root.relativize(each) + (Files.isDirectory(each) ? "/" : ""));
      }
    }
    return all;
  }

  /** Random changes of a tree, and moves out of it and back. */
  private static final class Changes {
    private final Random random;
    private final Path root;
    private final Path aside;
    private int names;

    Changes(long seed, Path root, Path aside) {
      random = new Random(seed);
      this.root = root;
      this.aside = aside;
    }

    private Path anyDirectory(Path below) throws IOException {
      try (Stream<Path> walk = Files.walk(below)) {
        List<Path> all = walk.filter(Files::isDirectory).sorted().toList();
        return all.get(random.nextInt(all.size()));
      }
    }

    private Path anything(Path below) throws IOException {
      try (Stream<Path> walk = Files.walk(below)) {
        List<Path> all = walk.sorted().toList();
        return all.get(random.nextInt(all.size()));
      }
    }

    private Path newName() throws IOException {
      // few names, so that they come again
      return anyDirectory(root).resolve("n" + random.nextInt(6));
    }

    void step() throws IOException {
      Path name = newName();
      Path some = anything(root);
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          if (!Files.exists(name) && count() < DIRECTORIES) {
            Files.createDirectories(name.resolve("n" + random.nextInt(6)));
          }
        }
        case 2, 3, 4 -> {
          if (!Files.exists(name)) {
            Files.createFile(name);
          }
        }
        case 5 -> {
          if (!some.equals(root)) {
            delete(some);
          }
        }
        case 6, 7, 8 -> move(some, name);
        default -> {
          if (random.nextBoolean()) {
            move(some, aside.resolve("a" + names++));
          } else {
            Path back = anything(aside);
            if (!back.equals(aside)) {
              move(back, name);
            }
          }
        }
      }
    }

    private void move(Path from, Path to) throws IOException {
      boolean intoItself = to.startsWith(from);
      boolean overDirectory = Files.isDirectory(to);
      boolean directoryOverFile = Files.isDirectory(from) && Files.exists(to);
      if (!from.equals(root) && !intoItself && !overDirectory && !directoryOverFile) {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      }
    }

    private int count() throws IOException {
      try (Stream<Path> walk = Files.walk(root)) {
        return (int) walk.filter(Files::isDirectory).count();
      }
    }

    private static void delete(Path top) throws IOException {
      try (Stream<Path> all = Files.walk(top)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  /** Whether it is so, and events that were still to come do not change it, even for a moment. */
  private static boolean staysAt(Rig rig, Model model, Set<String> real) {
    if (model.paths.equals(real)) {
      rig.turns(20);
    }
    return model.paths.equals(real);
  }

  private static void settle(Rig rig, Model model, Path root, long seed) throws IOException {
    Set<String> real = real(root);
    for (int i = 0; i < 400 && !staysAt(rig, model, real); i++) {
      rig.loop().turn(Duration.ofMillis(2));
    }
    if (!real.equals(model.paths)) {
      int from = Math.max(0, model.log.size() - 60);
      assertEquals(
          real,
          model.paths,
          "seed " + seed + "\n" + String.join("\n", model.log.subList(from, model.log.size())));
    }
  }

  private static void run(Rig rig, long seed, int rounds) throws Exception {
    Path root = Files.createDirectory(rig.name());
    Path aside = Files.createDirectory(rig.name());
    var changes = new Changes(seed, root, aside);
    for (int i = 0; i < 30; i++) {
      changes.step();
    }
    var model = new Model(root);
    var options = DirectoryOptions.TREE.withContents(false);
    DirectoryWatch watch = DirectoryWatch.open(rig.loop(), root, options, model);
    var random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      // between two turns, or all at once on another thread while the loop runs
      int steps = 1 + random.nextInt(40);
      if (random.nextBoolean()) {
        for (int i = 0; i < steps; i++) {
          changes.step();
        }
      } else {
        rig.await(
            rig.aside(() -> {
              for (int i = 0; i < steps; i++) {
                changes.step();
              }
              return true;
            }));
      }
      settle(rig, model, root, seed);
      assertEquals(directories(root), watch.directories(), "seed " + seed);
    }
    assertTrue(watch.isOpen());
    watch.close();
  }

  private static int directories(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return (int) walk.filter(Files::isDirectory).count();
    }
  }

  @Contract(families = Family.UNIX)
  void theEventsTellTheTreeAsItIs(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    for (long seed = 1; seed <= 10; seed++) {
      run(rig, seed, 10);
    }
  }

  @Tag("slow")
  @Contract(families = Family.UNIX)
  void theEventsTellTheTreeAsItIsAtLength(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    for (int seed = 0; seed < 20; seed++) {
      run(rig, seed, 20);
    }
  }

  @Contract(families = Family.UNIX, modes = Mode.EPOLL_EDGE)
  void andSoItIsAfterEventsWereLost(Rig rig) throws Exception {
    Path root = Files.createDirectory(rig.name());
    Path aside = Files.createDirectory(rig.name());
    var changes = new Changes(7, root, aside);
    var model = new Model(root);
    var options = DirectoryOptions.TREE.withContents(false);
    DirectoryWatch watch = DirectoryWatch.open(rig.loop(), root, options, model);
    int queue = DirectoryContract.maxQueuedEvents();
    for (int round = 1; round <= 4; round++) {
      for (int i = 0; i < queue / 2 + 100; i++) {
        Path file = root.resolve("flood" + i % 7);
        Files.createFile(file);
        Files.delete(file);
        if (i % 300 == 0) {
          changes.step();
        }
      }
      for (int i = 0; i < 60; i++) {
        changes.step();
      }
      int overflows = round;
      rig.until("overflow", () -> model.overflows >= overflows);
      settle(rig, model, root, 7);
    }
    watch.close();
  }
}
