package edgewise.tests;

import static edgewise.tests.FileTree.open;
import static edgewise.tests.FileTree.run;
import static edgewise.tests.FileTree.tree;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a root opens and lists, what is read from it, and that no name leads out of it. */
class FileRootContract {
  @Contract(families = Family.UNIX)
  void noNameLeadsOutOfARoot(Rig rig) throws Exception {
    Path top = tree(rig);
    Path secret = rig.directory().resolve("secret");
    Files.createSymbolicLink(top.resolve("absolute"), secret);
    Files.createSymbolicLink(top.resolve("relative"), Path.of("../secret"));
    Files.createSymbolicLink(top.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(top.resolve("sub/deep"), Path.of("../../secret"));
    Files.createSymbolicLink(top.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(top.resolve("inside"), Path.of("sub/small"));
    Files.createSymbolicLink(top.resolve("sub/back"), Path.of("../file"));
    Files.createSymbolicLink(top.resolve("dangling"), Path.of("nothing"));
    try (FileRoot root = rig.loop().openRoot(top)) {
      int before = Descriptors.count();
      for (String bad :
          new String[] {
            "../secret",
            "..",
            "sub/../../secret",
            "sub/../file",
            "./../secret",
            "/etc/passwd",
            secret.toString(),
            "absolute",
            "relative",
            "up",
            "up/secret",
            "sub/deep",
            "loop",
            "dangling",
            "nothing",
            "file/x",
            "fi\0le",
            "sub/" + "x".repeat(300),
            "x/".repeat(3000),
            "..%2fsecret",
            "..\\secret",
          }) {
        assertNull(root.open(bad), bad);
      }
      assertEquals(before, Descriptors.count());
      for (String good : new String[] {"inside", "sub/back", "sub/small", "file"}) {
        OpenFile file = root.open(good);
        assertNotNull(file, good);
        assertFalse(file.isDirectory());
        file.close();
      }
      for (String directory : new String[] {"", "sub", "sub/"}) {
        OpenFile found = root.open(directory);
        assertNotNull(found, directory);
        assertTrue(found.isDirectory());
        found.close();
      }
      assertEquals(before, Descriptors.count());
    }
  }

  @Contract(families = Family.UNIX)
  void aFifoSocketOrDeviceIsNotOpenedAndNeverBlocks(Rig rig) throws Exception {
    Path top = tree(rig);
    run("mkfifo", top.resolve("fifo").toString());
    var listener =
        rig.loop()
            .listen(edgewise.Endpoint.unix(top.resolve("socket")), connection -> new Recorder());
    try (FileRoot root = rig.loop().openRoot(top)) {
      assertNull(root.open("fifo"));
      assertNull(root.open("socket"));
    }
    listener.close();
    try (FileRoot devices = rig.loop().openRoot(Path.of("/dev"))) {
      assertNull(devices.open("null"));
      assertNull(devices.open("zero"));
    }
  }

  private static Set<String> names(FileRoot root, String directory) throws IOException {
    var listing = Objects.requireNonNull(root.list(directory, 100), directory);
    assertTrue(listing.complete());
    return listing.entries().stream().map(FileRoot.Entry::name).collect(Collectors.toSet());
  }

  @Contract(families = Family.UNIX)
  void aDirectoryIsListedWithWhatCanBeOpenedAndNothingElse(Rig rig) throws Exception {
    Path top = tree(rig);
    Files.createSymbolicLink(top.resolve("absolute"), rig.directory().resolve("secret"));
    Files.createSymbolicLink(top.resolve("relative"), Path.of("../secret"));
    Files.createSymbolicLink(top.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(top.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(top.resolve("dangling"), Path.of("nothing"));
    Files.createSymbolicLink(top.resolve("null"), Path.of("/dev/null"));
    Files.createSymbolicLink(top.resolve("inside"), Path.of("sub/small"));
    Files.createSymbolicLink(top.resolve("sub/back"), Path.of("../file"));
    Files.createSymbolicLink(top.resolve("sub/folder"), Path.of("../sub"));
    run("mkfifo", top.resolve("fifo").toString());
    Files.createDirectory(top.resolve("hollow"));
    try (FileRoot root = rig.loop().openRoot(top)) {
      int before = Descriptors.count();
      assertEquals(Set.of("file", "sub", "empty", "inside", "hollow"), names(root, ""));
      assertEquals(Set.of("small", "back", "folder"), names(root, "sub"));
      assertEquals(Set.of("small", "back", "folder"), names(root, "sub/folder"));
      assertEquals(Set.of(), names(root, "hollow"));
      for (String bad :
          new String[] {"..", "up", "sub/..", "/", "nothing", "file", "su\0b", "fifo"}) {
        assertNull(root.list(bad, 100), bad);
      }
      assertEquals(before, Descriptors.count());
    }
  }

  /** Linux has names that are no text; nobody could ask for them. */
  @Contract(families = Family.UNIX)
  void aNameThatIsNoTextIsLeftOut(Rig rig) throws Exception {
    Path top = tree(rig);
    String create = "cd \"$0\" && : > \"$(printf 'x\\377')\" && : > 'new\nline'";
    run("sh", "-c", create, top.resolve("sub").toString());
    try (FileRoot root = rig.loop().openRoot(top)) {
      assertEquals(Set.of("small", "new\nline"), names(root, "sub"));
    }
  }

  @Contract(families = Family.UNIX)
  void aListTellsWhatOpeningWouldTell(Rig rig) throws Exception {
    Path top = tree(rig);
    Files.createSymbolicLink(top.resolve("sub/back"), Path.of("../file"));
    try (FileRoot root = rig.loop().openRoot(top)) {
      for (String directory : new String[] {"", "sub"}) {
        var listing = Objects.requireNonNull(root.list(directory, 100));
        for (FileRoot.Entry entry : listing.entries()) {
          try (OpenFile file =
              open(root, directory.isEmpty() ? entry.name() : directory + "/" + entry.name())) {
            assertEquals(file.isDirectory(), entry.directory(), entry.name());
            assertEquals(file.isDirectory() ? 0 : file.size(), entry.size(), entry.name());
            assertEquals(file.modifiedNanos(), entry.modifiedNanos(), entry.name());
          }
        }
      }
    }
  }

  @Contract(families = Family.UNIX)
  void aListEndsAtItsLimitAndSaysSo(Rig rig) throws Exception {
    Path top = tree(rig);
    try (FileRoot root = rig.loop().openRoot(top)) {
      for (int limit = 0; limit <= 4; limit++) {
        var listing = Objects.requireNonNull(root.list("", limit));
        assertEquals(Math.min(limit, 3), listing.entries().size());
        assertEquals(limit >= 3, listing.complete(), () -> listing.toString());
      }
    }
  }

  /** What puts another file in the place of one, with the same size and time, is noticed. */
  @Contract(families = Family.UNIX)
  void aFileThatTakesThePlaceOfAnotherHasAnotherKey(Rig rig) throws Exception {
    Path top = tree(rig);
    Path other = Files.writeString(top.resolve("other"), "SMALL");
    var time = Files.getLastModifiedTime(top.resolve("sub/small"));
    Files.setLastModifiedTime(other, time);
    try (FileRoot root = rig.loop().openRoot(top);
        OpenFile first = open(root, "sub/small");
        OpenFile again = open(root, "sub/small")) {
      assertEquals(first.fileKey(), again.fileKey());
      Files.move(other, top.resolve("sub/small"), StandardCopyOption.REPLACE_EXISTING);
      try (OpenFile second = open(root, "sub/small")) {
        assertEquals(first.size(), second.size());
        assertEquals(first.modifiedNanos(), second.modifiedNanos());
        assertNotEquals(first.fileKey(), second.fileKey());
      }
    }
  }

  @Contract(families = Family.UNIX)
  void aRootThatIsNoneIsRefused(Rig rig) throws Exception {
    Path top = tree(rig);
    assertThrows(IOException.class, () -> rig.loop().openRoot(top.resolve("nothing")));
    assertThrows(IOException.class, () -> rig.loop().openRoot(top.resolve("file")));
    FileRoot root = rig.loop().openRoot(top);
    OpenFile file = open(root, "sub/small");
    root.close();
    root.close();
    assertThrows(IllegalStateException.class, () -> root.open("file"));
    assertThrows(IllegalStateException.class, () -> root.list("", 10));
    assertEquals(5, file.size(), "opened before, it stays open");
    file.close();
  }

  @Contract(families = Family.UNIX)
  void factsOfAFile(Rig rig) throws Exception {
    Path top = tree(rig);
    Files.setLastModifiedTime(
        top.resolve("file"),
        java.nio.file.attribute.FileTime.from(
            1_600_000_000_123_456_789L, java.util.concurrent.TimeUnit.NANOSECONDS));
    try (FileRoot root = rig.loop().openRoot(top);
        OpenFile file = open(root, "file")) {
      assertEquals(3_000_000, file.size());
      assertEquals(1_600_000_000_123_456_789L / 1000, file.modifiedNanos() / 1000);
    }
  }

  @Contract
  void aFileIsReadFromAnyPositionOnAnyThread(Rig rig) throws Exception {
    Path top = tree(rig);
    byte[] content = Files.readAllBytes(top.resolve("file"));
    try (FileRoot root = rig.loop().openRoot(top);
        OpenFile file = open(root, "file");
        OpenFile directory = open(root, "sub")) {
      for (boolean direct : new boolean[] {true, false}) {
        var reader = CompletableFuture.supplyAsync(() -> readAll(file, direct));
        assertArrayEquals(content, reader.get(20, TimeUnit.SECONDS));
      }
      var end = ByteBuffer.allocate(10);
      assertEquals(3, file.read(end.position(5), content.length - 3));
      assertEquals(8, end.position(), "from the buffer's position on");
      assertArrayEquals(
          Arrays.copyOfRange(content, content.length - 3, content.length),
          Arrays.copyOfRange(end.array(), 5, 8));
      assertEquals(-1, file.read(end, content.length));
      assertEquals(-1, file.read(end, content.length + 1L));
      assertEquals(0, file.read(ByteBuffer.allocate(0), 0));
      assertThrows(IllegalArgumentException.class, () -> file.read(end, -1));
      assertThrows(IOException.class, () -> directory.read(end, 0));
      Thread.currentThread().interrupt();
      assertEquals(2, file.read(end, 0), "an interrupt does no harm");
      assertTrue(Thread.interrupted());
      assertEquals(2, file.read(end.position(8), 0), "and no harm afterwards");
      OpenFile closed = open(root, "file");
      closed.close();
      assertThrows(IllegalStateException.class, () -> closed.read(end.position(0), 0));
    }
  }

  private static byte[] readAll(OpenFile file, boolean direct) {
    var all = new ByteArrayOutputStream();
    var block = direct ? ByteBuffer.allocateDirect(100_000) : ByteBuffer.allocate(100_000);
    try {
      while (file.read(block.clear(), all.size()) > 0) {
        byte[] read = new byte[block.flip().remaining()];
        block.get(read);
        all.writeBytes(read);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toByteArray();
  }
}
