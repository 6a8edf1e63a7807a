package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.FileRoot;
import edgewise.OpenFile;
import edgewise.linux.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing outside of the root is ever given out, with openat2(2) and without. */
class EpollFileRootTest {
  @TempDir Path temporary;

  private final AlteredKernel altered = new AlteredKernel(new LinuxKernel());

  @BeforeEach
  void files() throws IOException {
    Files.writeString(temporary.resolve("secret"), "outside");
    Path root = Files.createDirectory(temporary.resolve("root"));
    Files.writeString(root.resolve("file"), "inside");
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/deep"), "deeper");
    Files.createSymbolicLink(root.resolve("link-in"), Path.of("a/b/deep"));
    Files.createSymbolicLink(root.resolve("link-out"), Path.of("../secret"));
    Files.createSymbolicLink(root.resolve("link-absolute"), temporary.resolve("secret"));
    Files.createSymbolicLink(root.resolve("link-dir"), Path.of(".."));
    Files.createDirectory(temporary.resolve("root-beside"));
    Files.writeString(temporary.resolve("root-beside/file"), "a name that begins like the root's");
    Files.createSymbolicLink(root.resolve("link-beside"), Path.of("../root-beside/file"));
  }

  @AfterEach
  void everyDescriptorIsClosed() {
    assertEquals(Set.of(), altered.open);
  }

  private FileRoot root() throws IOException {
    return EpollFileRoot.open(altered.kernel, temporary.resolve("root"));
  }

  private static long size(FileRoot root, String name) throws IOException {
    try (OpenFile file = root.open(name)) {
      assertNotNull(file, name);
      assertFalse(file.isDirectory(), name);
      return file.size();
    }
  }

  private static void assertKeepsInside(FileRoot root) throws IOException {
    assertEquals(6, size(root, "file"));
    assertEquals(6, size(root, "a/b/deep"));
    assertEquals(6, size(root, "link-in"));
    try (OpenFile directory = root.open("")) {
      assertNotNull(directory);
      assertTrue(directory.isDirectory());
    }
    String[] outside = {
      "../secret",
      "..",
      "a/../../secret",
      "a/../file",
      "link-out",
      "link-absolute",
      "link-dir",
      "link-dir/secret",
      "link-beside",
      "../root-beside/file",
      "/etc/passwd",
      "missing",
      "file/below",
      "nul\0name",
      "x".repeat(300)
    };
    for (String name : outside) {
      assertNull(root.open(name), name);
    }
  }

  @Test
  void theKernelKeepsPathsAndLinksInside() throws IOException {
    try (FileRoot root = root()) {
      assertKeepsInside(root);
    }
    assertEquals(0, Collections.frequency(altered.calls, "readlink"));
  }

  @Test
  void whereTheKernelLacksOpenat2EachFileIsAskedWhereItIs() throws IOException {
    altered.answer("openat2", () -> -Errno.ENOSYS);
    try (FileRoot root = root()) {
      assertKeepsInside(root);
    }
    assertEquals(1, Collections.frequency(altered.calls, "openat2"), "asked once");
  }

  @Test
  void whereAFilterForbidsOpenat2EachFileIsAskedWhereItIs() throws IOException {
    altered.answer("openat2", () -> -Errno.EPERM);
    try (FileRoot root = root()) {
      assertKeepsInside(root);
    }
  }

  @Test
  void aFileWhosePlaceCannotBeToldIsRefused() throws IOException {
    altered.answer("openat2", () -> -Errno.ENOSYS).answer("readlink", () -> -Errno.ENOENT);
    try (FileRoot root = root()) {
      assertNull(root.open("file"));
    }
  }

  @Test
  void aRaceWithARenameIsTriedAgain() throws IOException {
    int[] tries = {0};
    int[] errnos = {Errno.EAGAIN, Errno.EINTR, Errno.EAGAIN};
    altered.answer(
        "openat2",
        () -> tries[0] < errnos.length ? -errnos[tries[0]++] : AlteredKernel.MAKE_THE_CALL);
    try (FileRoot root = root()) {
      assertEquals(6, size(root, "file"));
    }
    assertEquals(3, tries[0]);
  }

  @Test
  void aRaceThatNeverEndsIsAFailureAndNoEndlessLoop() throws IOException {
    altered.answer("openat2", () -> -Errno.EAGAIN);
    try (FileRoot root = root()) {
      assertThrows(IOException.class, () -> root.open("file"));
    }
  }

  @Test
  void tooManyOpenFilesIsAFailureAndNotAMissingFile() throws IOException {
    altered.answer("openat2", () -> -Errno.EMFILE);
    try (FileRoot root = root()) {
      IOException failure = assertThrows(IOException.class, () -> root.open("file"));
      assertTrue(String.valueOf(failure.getMessage()).contains("EMFILE"), failure.getMessage());
    }
  }

  @Test
  void aFileThatCannotBeExaminedIsClosedAgain() throws IOException {
    altered.answer("fstat", () -> -Errno.ENOMEM);
    try (FileRoot root = root()) {
      assertThrows(IOException.class, () -> root.open("file"));
    }
  }

  private static Set<String> names(FileRoot root, String directory) throws IOException {
    var listing = root.list(directory, 1000);
    assertNotNull(listing, directory);
    assertTrue(listing.complete());
    return listing.entries().stream().map(FileRoot.Entry::name).collect(Collectors.toSet());
  }

  private static void assertListsWhatIsInside(FileRoot root) throws IOException {
    assertEquals(Set.of("file", "a", "link-in"), names(root, ""));
    assertEquals(Set.of("b"), names(root, "a"));
    assertEquals(Set.of("deep", "back"), names(root, "a/b"));
    for (String name : new String[] {"..", "link-dir", "missing", "file", "/", "nul\0name"}) {
      assertNull(root.list(name, 1000), name);
    }
  }

  @Test
  void aListShowsLinksThatStayInsideAndNoOthers() throws IOException {
    Files.createSymbolicLink(temporary.resolve("root/a/b/back"), Path.of("../../file"));
    try (FileRoot root = root()) {
      assertListsWhatIsInside(root);
    }
    assertEquals(1, Collections.frequency(altered.calls, "openat"), "the root's own");
  }

  @Test
  void aListWithoutOpenat2AsksEachLinkWhereItLeads() throws IOException {
    Files.createSymbolicLink(temporary.resolve("root/a/b/back"), Path.of("../../file"));
    altered.answer("openat2", () -> -Errno.ENOSYS);
    try (FileRoot root = root()) {
      assertListsWhatIsInside(root);
    }
  }

  @Test
  void aListThatCannotBeMadeWholeIsAFailure() throws IOException {
    try (FileRoot root = root()) {
      for (String call : new String[] {"statx", "getdents64", "fstat"}) {
        altered.answer(call, () -> -Errno.ENOMEM);
        IOException failure = assertThrows(IOException.class, () -> root.list("", 1000), call);
        assertTrue(String.valueOf(failure.getMessage()).contains("ENOMEM"), failure.getMessage());
        altered.answer(call, () -> AlteredKernel.MAKE_THE_CALL);
      }
      altered.answer("statx", () -> -Errno.ENOENT); // gone between the two calls
      assertEquals(Set.of(), names(root, "a"));
    }
  }

  @Test
  void whatIsLookedAtHasALimitAlsoIfAllOfItIsLeftOut() throws IOException {
    for (int i = 0; i < 50; i++) {
      Files.createSymbolicLink(temporary.resolve("root/a/b/" + i), Path.of("/etc"));
    }
    try (FileRoot root = root()) {
      var listing = root.list("a/b", 20);
      assertNotNull(listing);
      assertFalse(listing.complete());
      assertTrue(listing.entries().size() <= 1);
      assertTrue(Collections.frequency(altered.calls, "statx") <= 20);
    }
  }

  @Test
  void aRootThatIsMissingOrNoDirectorySaysSo() {
    assertThrows(
        NoSuchFileException.class,
        () -> EpollFileRoot.open(altered.kernel, temporary.resolve("nowhere")));
    assertThrows(
        NotDirectoryException.class,
        () -> EpollFileRoot.open(altered.kernel, temporary.resolve("secret")));
  }

  @Test
  void aClosedRootOpensNothing() throws IOException {
    FileRoot root = root();
    root.close();
    root.close();
    assertThrows(IllegalStateException.class, () -> root.open("file"));
  }

  @Test
  void aFileLivesOnWhenItsRootIsClosed() throws IOException {
    OpenFile file;
    try (FileRoot root = root()) {
      file = root.open("file");
    }
    assertNotNull(file);
    assertEquals(1, altered.open.size());
    file.close();
  }

  @Test
  void aReadThatIsInterruptedIsRepeatedAndAnotherFailureHasItsName() throws IOException {
    var answers = new ArrayDeque<>(List.of(-Errno.EINTR, AlteredKernel.MAKE_THE_CALL, -Errno.EIO));
    altered.answer("pread", answers::remove);
    try (FileRoot root = root();
        OpenFile file = root.open("file")) {
      assertNotNull(file);
      var into = ByteBuffer.allocate(10);
      assertEquals(6, file.read(into, 0));
      assertEquals("inside", new String(into.array(), 0, 6, StandardCharsets.UTF_8));
      var failure = assertThrows(IOException.class, () -> file.read(into, 0));
      assertTrue(failure.toString().matches(".*: pread fd \\d+: EIO .*"), failure.toString());
    }
  }
}
