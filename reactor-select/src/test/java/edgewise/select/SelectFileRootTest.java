package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.OpenFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SameDescriptors.class)
@Timeout(30)
class SelectFileRootTest {
  @TempDir Path directory;

  private Path below;

  @BeforeEach
  void plant() throws IOException {
    below = Files.createDirectory(directory.resolve("root"));
    Files.writeString(directory.resolve("secret"), "secret");
    Files.createDirectory(directory.resolve("root2"));
    Files.writeString(directory.resolve("root2/secret"), "secret");
    Files.createDirectories(below.resolve("a/b"));
    Files.writeString(below.resolve("file"), "four");
    Files.writeString(below.resolve("a/b/deep"), "deep");
    Files.writeString(below.resolve("a\\b"), "back");
    Files.writeString(below.resolve("..."), "dots");
    Files.createSymbolicLink(below.resolve("in"), Path.of("a/b/deep"));
    Files.createSymbolicLink(below.resolve("in-absolute"), below.resolve("file"));
    Files.createSymbolicLink(below.resolve("dir-in"), Path.of("a"));
    Files.createSymbolicLink(below.resolve("out"), Path.of("../secret"));
    Files.createSymbolicLink(below.resolve("dir-out"), Path.of("../root2"));
    Files.createSymbolicLink(below.resolve("out-absolute"), directory.resolve("secret"));
    Files.createSymbolicLink(below.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(below.resolve("dangling"), Path.of("nothing"));
  }

  private SelectFileRoot root() throws IOException {
    return new SelectFileRoot(below);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file",
        "./file",
        "a/b/deep",
        "a//b/deep",
        "in",
        "in-absolute",
        "dir-in/b/deep",
        "a\\b",
        "..."
      })
  void whatIsBelowIsOpened(String name) throws Exception {
    try (var root = root();
        OpenFile file = root.open(name)) {
      assertNotNull(file);
      assertFalse(file.isDirectory());
      assertEquals(4, file.size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a", "a/", "a/b/", "dir-in", "dir-in/"})
  void aDirectoryIsOneAndNeedsNoDescriptor(String name) throws Exception {
    int before = SameDescriptors.count();
    try (var root = root();
        OpenFile file = root.open(name)) {
      assertNotNull(file);
      assertTrue(file.isDirectory());
      assertEquals(before, SameDescriptors.count());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../secret",
        "../root2/secret",
        "a/../file",
        "a/..",
        "../root/file",
        "/",
        "/etc/passwd",
        "//file",
        "out",
        "out-absolute",
        "dir-out/secret",
        "dir-out",
        "loop",
        "dangling",
        "missing",
        "missing/file",
        "file/",
        "file/.",
        "file/x",
        "fi\0le",
        "file\0",
        "in/"
      })
  void whatIsOutsideOrNotThereIsNull(String name) throws Exception {
    try (var root = root()) {
      assertNull(root.open(name));
    }
  }

  @Test
  void aNameTooLongIsNull() throws Exception {
    try (var root = root()) {
      assertNull(root.open("x".repeat(300)));
      assertNull(root.open("x/".repeat(3000)));
    }
  }

  @Test
  void aFifoADeviceAndASocketAreNullAndDoNotBlock() throws Exception {
    assertEquals(
        0, new ProcessBuilder("mkfifo", below.resolve("fifo").toString()).start().waitFor());
    Files.createSymbolicLink(below.resolve("device"), Path.of("/dev/zero"));
    Path socket = below.resolve("socket");
    try (var door =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket));
        var root = root();
        var all = new SelectFileRoot(Path.of("/dev"))) {
      assertTrue(door.isOpen());
      assertNull(root.open("fifo"));
      assertNull(root.open("device"));
      assertNull(root.open("socket"));
      assertNull(all.open("zero"));
    } finally {
      Files.delete(below.resolve("device")); // JUnit warns of links that lead out
    }
  }

  @Test
  void theTimeOfTheLastChangeIsInNanoseconds() throws Exception {
    Instant time = Instant.parse("2026-11-20T01:02:03.123456789Z");
    Files.setLastModifiedTime(below.resolve("file"), FileTime.from(time));
    try (var root = root();
        OpenFile file = root.open("file")) {
      assertNotNull(file);
      assertEquals(time.getEpochSecond() * 1_000_000_000L + time.getNano(), file.modifiedNanos());
    }
  }

  @Test
  void whatMayNotBeReadIsAccessDenied() throws Exception {
    Files.setPosixFilePermissions(
        below.resolve("file"), PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(
        below.resolve("a/b"), PosixFilePermissions.fromString("---------"));
    try (var root = root()) {
      for (String name : new String[] {"file", "a/b", "a/b/deep"}) {
        if ("root".equals(System.getProperty("user.name"))) {
          assertOpens(root, name); // root may read everything
        } else {
          assertThrows(AccessDeniedException.class, () -> root.open(name), name);
        }
      }
    } finally {
      Files.setPosixFilePermissions(
          below.resolve("a/b"), PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static void assertOpens(SelectFileRoot root, String name) throws Exception {
    try (OpenFile file = root.open(name)) {
      assertNotNull(file, name);
    }
  }

  @Test
  void onlyADirectoryCanBeARoot() {
    var backend = new SelectBackend();
    assertThrows(NotDirectoryException.class, () -> backend.openRoot(below.resolve("file")));
    assertThrows(NoSuchFileException.class, () -> backend.openRoot(below.resolve("missing")));
  }

  @Test
  void aFileOutlivesItsRootAndAClosedRootOpensNothing() throws Exception {
    SelectFileRoot root = root();
    try (OpenFile file = root.open("file")) {
      assertNotNull(file);
      root.close();
      root.close();
      assertThrows(IllegalStateException.class, () -> root.open("file"));
      assertEquals(4, file.size());
    }
  }

  @Test
  void theMarkOfAnInterruptDoesNotStopTheOpening() throws Exception {
    try (var root = root()) {
      Thread.currentThread().interrupt();
      try (OpenFile file = root.open("file")) {
        assertNotNull(file);
      } finally {
        assertTrue(Thread.interrupted());
      }
    }
  }
}
