package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.sources.DirectoryOptions;
import edgewise.sources.DirectoryWatch;
import edgewise.sources.FileEvent;
import edgewise.sources.FileEvent.Kind;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Directories and trees on the loop; the programs that change them are those of a shell. */
class DirectoryContract {
  private static final DirectoryOptions NAMES = DirectoryOptions.FLAT.withContents(false);
  private static final DirectoryOptions TREE = DirectoryOptions.TREE.withContents(false);

  private static Path made(Rig rig, String... directories) throws IOException {
    Path root = Files.createDirectory(rig.name());
    for (String each : directories) {
      Files.createDirectories(root.resolve(each));
    }
    return root;
  }

  private static void shell(Path in, String script) throws Exception {
    Programs.run("sh", "-ec", "cd " + in + "; " + script).assertOk();
  }

  /** Events as text, paths below the root. */
  private static final class Told implements DirectoryWatch.Handler {
    final List<String> events = new ArrayList<>();
    final List<FileEvent> all = new ArrayList<>();

    @Override
    public void onEvent(DirectoryWatch watch, FileEvent event) {
      all.add(event);
      String from = event.kind() == Kind.MOVED ? " " + text(event.fromBytes()) : "";
      events.add(
          (event.kind() + from + " " + text(event.pathBytes())).strip()
              + (event.isDirectory() ? "/" : ""));
    }
  }

  /** By a reader with a buffer: such files do not go on where a short read has stopped. */
  static int maxQueuedEvents() throws IOException {
    Path limit = Path.of("/proc/sys/fs/inotify/max_queued_events");
    return Integer.parseInt(Files.readAllLines(limit).getFirst());
  }

  private static String text(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }

  private static DirectoryWatch watched(Rig rig, Path root, DirectoryOptions how, Told told)
      throws IOException {
    DirectoryWatch watch = DirectoryWatch.open(rig.loop(), root, how, told);
    rig.until("complete", () -> told.events.contains("COMPLETE"));
    return watch;
  }

  @Contract(families = Family.UNIX)
  void whatTouchMvAndRmDoIsTold(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "there", "aside");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root.resolve("there"), NAMES, told);
    told.events.clear();
    shell(root, "touch there/a; mv there/a there/b; mv there/b aside/c; mv aside/c there/d");
    shell(root, "rm there/d; mkdir there/e; rmdir there/e");
    var expected =
        List.of(
            "CREATED a",
            "MOVED a b",
            "MOVED_OUT b",
            "MOVED_IN d",
            "DELETED d",
            "CREATED e/",
            "DELETED e/");
    rig.until("all is told", () -> told.events.size() >= expected.size());
    assertEquals(expected, told.events);
    assertEquals(root.resolve("there/b"), Objects.requireNonNull(told.all.get(2)).path());
    rig.assertIdle(Duration.ofMillis(20));
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void whatWasThereIsFoundAndContentsAreToldIfWanted(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "d");
    Files.writeString(root.resolve("old"), "x");
    Files.writeString(root.resolve("d/below"), "x");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, DirectoryOptions.FLAT, told);
    assertEquals(3, told.events.size(), told.events.toString());
    assertTrue(told.events.containsAll(List.of("FOUND old", "FOUND d/")));
    assertEquals("COMPLETE", told.events.getLast());
    told.events.clear();
    shell(root, "echo y > old; chmod 600 old");
    rig.until("told", () -> told.events.contains("ATTRIBUTES old"));
    assertEquals("MODIFIED old", told.events.getFirst());
    assertTrue(told.events.contains("WRITTEN old"));
    assertEquals(1, watch.directories());
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void directoriesMadeLaterAreWatchedWithWhatIsInThem(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "a/b");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    assertTrue(told.events.containsAll(List.of("FOUND a/", "FOUND a/b/")));
    assertEquals(3, watch.directories());
    told.events.clear();
    shell(root, "mkdir -p n/m/o; touch n/m/o/deep");
    rig.until("deep is told", () -> told.events.stream().anyMatch(e -> e.endsWith("deep")));
    assertEquals("CREATED n/", told.events.getFirst());
    shell(root, "touch n/m/o/later");
    rig.until("later is told", () -> told.events.contains("CREATED n/m/o/later"));
    assertEquals(6, watch.directories());
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void aDirectoryThatMovesKeepsItsWatchUnderItsNewName(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "a/b/c", "x");
    Path aside = made(rig);
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    told.events.clear();
    shell(root, "mv a/b x/y; touch x/y/c/f");
    rig.until("told", () -> told.events.contains("CREATED x/y/c/f"));
    assertEquals(List.of("MOVED a/b x/y/", "CREATED x/y/c/f"), told.events);
    assertEquals(root.resolve("a/b"), told.all.get(told.all.size() - 2).from());
    int watched = watch.directories();
    told.events.clear();
    shell(root, "mv x/y " + aside + "/z; touch " + aside + "/z/c/g; mkdir last");
    rig.until("told", () -> told.events.contains("CREATED last/"));
    assertEquals(List.of("MOVED_OUT x/y/", "CREATED last/"), told.events);
    assertEquals(watched - 2 + 1, watch.directories());
    told.events.clear();
    shell(root, "mv " + aside + "/z back");
    rig.until("found again", () -> told.events.contains("FOUND back/c/g"));
    assertEquals("MOVED_IN back/", told.events.getFirst());
    shell(root, "rm -r back");
    rig.until("removed", () -> told.events.contains("DELETED back/"));
    assertEquals(watched - 2 + 1, watch.directories());
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void symbolicLinksAreNotFollowed(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "d");
    Path aside = made(rig, "hidden");
    Files.createSymbolicLink(root.resolve("link"), aside);
    Files.createSymbolicLink(root.resolve("loop"), root);
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    assertEquals(2, watch.directories());
    assertTrue(told.events.contains("FOUND link"), told.events.toString());
    assertFalse(told.events.toString().contains("hidden"));
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void theEndOfTheDirectoryItselfIsTheLastEvent(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "a/b");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    shell(rig.directory(), "rm -r " + root);
    rig.until("gone", () -> !watch.isOpen());
    assertEquals("GONE/", told.events.getLast());
    assertEquals(root, told.all.getLast().path());
  }

  @Contract(families = Family.UNIX)
  void eventsThatAreLostAreReportedAndAllIsFoundAgain(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int queue = maxQueuedEvents();
    Path root = made(rig, "a", "away");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    for (int i = 0; i < queue / 2 + 10; i++) { // two events each
      Path file = root.resolve("a/f" + i % 10);
      Files.createFile(file);
      Files.delete(file);
    }
    // none of this is in the queue any more
    shell(root, "touch a/kept; mkdir -p n/o; touch n/o/deep; rmdir away; mv a b");
    rig.until("overflow", () -> told.events.contains("OVERFLOW"));
    int from = told.events.lastIndexOf("OVERFLOW");
    rig.until("complete", () -> told.events.lastIndexOf("COMPLETE") > from);
    var found = told.events.subList(from, told.events.size());
    for (String each : List.of("b/", "b/kept", "n/", "n/o/", "n/o/deep")) {
      assertTrue(found.contains("FOUND " + each), each + " in " + found);
    }
    assertFalse(found.toString().contains("away"));
    assertEquals(4, watch.directories());
    shell(root, "touch b/after n/o/after");
    rig.until("all are watched", () -> told.events.contains("CREATED n/o/after"));
    assertTrue(told.events.contains("CREATED b/after"));
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void moreDirectoriesThanAllowedAreToldWithTheirNames(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig, "a", "b", "c");
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE.withMaxDirectories(2), told);
    assertEquals(2, watch.directories());
    var failed = told.all.stream().filter(event -> event.kind() == Kind.FAILED).toList();
    assertEquals(2, failed.size());
    assertTrue(failed.getFirst().failure().contains("maxDirectories"), failed.toString());
    assertEquals(root, Objects.requireNonNull(failed.getFirst().path()).getParent());
    watch.close();
    assertThrows(IllegalArgumentException.class, () -> TREE.withMaxDirectories(0));
  }

  @Contract(families = Family.UNIX)
  void aNameThatIsNotUtf8HasNoPathButItsBytes(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path root = made(rig);
    var told = new Told();
    DirectoryWatch watch = watched(rig, root, TREE, told);
    String bad = "$(printf 'x\\377')";
    shell(root, "mkdir " + bad + "; touch " + bad + "/f");
    rig.until("told", () -> told.all.stream().anyMatch(event -> event.pathBytes().length == 4));
    FileEvent made = told.all.get(1);
    assertEquals(Kind.CREATED, made.kind());
    assertNull(made.path());
    assertEquals(2, made.pathBytes().length);
    assertEquals((byte) 0xff, made.pathBytes()[1]);
    shell(root, "rm -r " + bad);
    rig.until("gone", () -> told.all.getLast().kind() == Kind.DELETED);
    watch.close();
  }

  @Contract(families = Family.UNIX)
  void whatIsNoDirectoryIsRefused(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path file = Files.createFile(rig.name());
    rig.loop();
    int before = Descriptors.count();
    for (Path wrong : List.of(file, rig.name())) {
      var refusal =
          assertThrows(
              IOException.class, () -> DirectoryWatch.open(rig.loop(), wrong, NAMES, new Told()));
      assertTrue(Rig.text(refusal).contains(wrong.toString()), Rig.text(refusal));
    }
    assertEquals(before, Descriptors.count());
  }
}
