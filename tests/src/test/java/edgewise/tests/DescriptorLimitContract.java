package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Listener;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Resource;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Law 12: out of descriptors, accepting rests and goes on by itself. Uses up all descriptors of the
 * process for a moment, so every class that is needed meanwhile is loaded before.
 */
class DescriptorLimitContract {
  // Scenario 24; the many loops that spin at 100 % here
  @Contract(alsoByDefault = true)
  void withoutDescriptorsAcceptingRestsAndGoesOnByItself(Rig rig) throws Exception {
    loadAll(Listener.class);
    loadAll(rig.mode.backend().getClass());
    loadAll(Errno.class);
    loadAll(Rig.class);
    scene(rig, false); // with enough of them: whatever is loaded lazily is loaded now
    scene(rig, true);
  }

  private static void scene(Rig rig, boolean exhaust) throws Exception {
    var open = new ArrayList<Recorder>();
    Listener listener =
        rig.listen(connection -> {
          var handler = new Recorder();
          open.add(handler);
          return handler;
        });
    Peer first = rig.dial(listener);
    rig.until("the first", () -> open.size() == 1);
    List<Peer> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      waiting.add(rig.dial(listener));
    }
    var hoard = new Hoard(exhaust);
    try {
      if (exhaust) {
        // A rest is 50 ms: some turns for each, but not thousands.
        rig.assertTurnsAtMost(30, Duration.ofMillis(300));
        assertEquals(1, open.size(), "accepted without a descriptor?");
      }
      first.write("x");
      rig.until("what is open goes on", () -> open.getFirst().received() == 1);
      open.getFirst().connection().write(new byte[] {1});
      rig.turns(2);
      assertEquals(1, first.read(1).length);
    } finally {
      hoard.close();
    }
    rig.until("all, by itself", () -> open.size() == 6);
    for (Peer each : waiting) {
      each.write("y");
    }
    rig.until("all are served", () -> open.stream().mapToInt(Recorder::received).sum() == 6);
    listener.close();
    assertFalse(rig.loop().isClosed());
  }

  /** Lowers the limit and opens /dev/null until there is no descriptor left. */
  private static final class Hoard implements AutoCloseable {
    private final long[] limits = new long[2];
    private final int[] taken = new int[1000];
    private int count;
    private boolean lowered;

    Hoard(boolean exhaust) {
      assertEquals(0, Resource.getrlimit(Resource.RLIMIT_NOFILE, limits));
      int probe = File.open("/dev/null", File.O_RDONLY | File.O_CLOEXEC, 0);
      assertTrue(probe >= 0);
      assertEquals(0, File.close(probe));
      if (exhaust) {
        int highest =
            Descriptors.open().keySet().stream().mapToInt(Integer::intValue).max().orElseThrow();
        lowered = true;
        assertEquals(0, Resource.setrlimit(Resource.RLIMIT_NOFILE, highest + 20, limits[1]));
        int fd = 0;
        while (fd >= 0 && count < taken.length) {
          fd = File.open("/dev/null", File.O_RDONLY | File.O_CLOEXEC, 0);
          if (fd >= 0) {
            taken[count++] = fd;
          }
        }
        assertEquals(-Errno.EMFILE, fd);
      }
    }

    @Override
    public void close() {
      while (count > 0) {
        File.close(taken[--count]);
      }
      if (lowered) {
        Resource.setrlimit(Resource.RLIMIT_NOFILE, limits[0], limits[1]);
      }
    }
  }

  /** Loads and initialises all classes that come from where this one comes from. */
  private static void loadAll(Class<?> neighbour) throws Exception {
    CodeSource source = neighbour.getProtectionDomain().getCodeSource();
    Path from = Path.of(source.getLocation().toURI());
    if (Files.isDirectory(from)) {
      loadBelow(from);
      return;
    }
    try (FileSystem jar = FileSystems.newFileSystem(from)) {
      loadBelow(jar.getPath("/"));
    }
  }

  private static void loadBelow(Path top) throws IOException, ClassNotFoundException {
    List<String> names;
    try (Stream<Path> all = Files.walk(top)) {
      names =
          all.map(path -> top.relativize(path).toString())
              .filter(name -> name.startsWith("edgewise/") && name.endsWith(".class"))
              .filter(name -> !name.contains("-info") && !name.contains("Jnr"))
              .filter(name -> !name.contains("jmh_generated") && !name.contains("Benchmark"))
              .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
              .toList();
    }
    for (String name : names) {
      Class.forName(name);
    }
  }
}
