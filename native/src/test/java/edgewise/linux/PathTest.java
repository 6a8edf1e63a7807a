package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How files are named and opened, and directories read. */
class PathTest extends FileRig {
  @Test
  void whatCannotBeOpenedSaysWhy() throws IOException {
    create("regular");
    Files.createSymbolicLink(folder.resolve("link"), Path.of("regular"));
    assertErrno(Errno.ENOENT, File.open(path("missing"), File.O_RDONLY, 0));
    assertErrno(Errno.EEXIST, File.open(path("regular"), CREATE | File.O_EXCL, 0600));
    assertErrno(Errno.ENOTDIR, File.open(path("regular"), File.O_DIRECTORY, 0));
    assertErrno(Errno.ENOTDIR, File.open(path("regular/x"), File.O_RDONLY, 0));
    assertErrno(Errno.EISDIR, File.open(folder.toString(), File.O_RDWR, 0));
    assertErrno(Errno.ELOOP, File.open(path("link"), File.O_NOFOLLOW, 0));
    assertErrno(Errno.ENOENT, File.open("", File.O_RDONLY, 0));
    assertErrno(Errno.EBADF, File.openat(-1, "relative", File.O_RDONLY, 0));
    assertErrno(Errno.ENAMETOOLONG, File.open("x".repeat(256), File.O_RDONLY, 0));
    assertErrno(Errno.ENAMETOOLONG, File.open("x/".repeat(2048), File.O_RDONLY, 0));
    assertErrno(Errno.ENAMETOOLONG, File.open("x/".repeat(200_000), File.O_RDONLY, 0));
    assertErrno(Errno.ENOENT, File.open("x/".repeat(2047), File.O_RDONLY, 0));
  }

  @Test
  void aDirectoryIsAStartingPoint() {
    create("a");
    int directory = directory();
    fds.own(File.openat(directory, "a", File.O_RDONLY | File.O_CLOEXEC, 0));
    fds.own(File.openat(directory, path("a"), File.O_RDONLY | File.O_CLOEXEC, 0));
    assertErrno(Errno.ENOENT, File.openat(directory, "b", File.O_RDONLY, 0));
    ok(File.unlinkat(directory, "a", 0));
    assertErrno(Errno.ENOENT, File.unlinkat(directory, "a", 0));
  }

  @Test
  void openat2CanBeClosedAgainstEveryWayOut() throws IOException {
    assumeTrue(File.hasOpenat2(), "this kernel has no openat2");
    Files.createDirectories(folder.resolve("root/inner"));
    Files.writeString(folder.resolve("root/inner/file"), "in");
    Files.writeString(folder.resolve("secret"), "out");
    Files.createSymbolicLink(folder.resolve("root/up"), Path.of("../secret"));
    Files.createSymbolicLink(folder.resolve("root/absolute"), folder.resolve("secret"));
    Files.createSymbolicLink(folder.resolve("root/stays"), Path.of("inner/file"));
    int root = fds.own(File.open(path("root"), File.O_PATH | File.O_DIRECTORY | File.O_CLOEXEC, 0));

    OpenHow beneath = how(OpenHow.RESOLVE_BENEATH);
    fds.own(File.openat2(root, "inner/file", beneath));
    fds.own(File.openat2(root, "stays", beneath));
    fds.own(File.openat2(root, "inner/../inner/file", beneath));
    assertErrno(Errno.EXDEV, File.openat2(root, "up", beneath));
    assertErrno(Errno.EXDEV, File.openat2(root, "absolute", beneath));
    assertErrno(Errno.EXDEV, File.openat2(root, "../secret", beneath));
    assertErrno(Errno.EXDEV, File.openat2(root, "inner/../../secret", beneath));
    assertErrno(Errno.EXDEV, File.openat2(root, path("secret"), beneath));
    assertErrno(Errno.ENOENT, File.openat2(root, "missing", beneath));

    OpenHow noLinks = how(OpenHow.RESOLVE_NO_SYMLINKS);
    assertErrno(Errno.ELOOP, File.openat2(root, "stays", noLinks));
    fds.own(File.openat2(root, "inner/file", noLinks));
    assertErrno(Errno.EINVAL, File.openat2(root, "x", how(1 << 30)));
    fds.own(File.openat(root, "up", File.O_RDONLY | File.O_CLOEXEC, 0)); // open(2) walks out
  }

  @Test
  void aDirectoryIsReadInPieces() throws IOException {
    Files.createDirectory(folder.resolve("sub"));
    for (int i = 0; i < 100; i++) {
      create("file " + i + " \u00e4\ud83d\ude00");
    }
    create("x".repeat(255));
    int directory = fds.own(File.open(folder.toString(), File.O_RDONLY | File.O_CLOEXEC, 0));
    Dirents dirents = Dirents.allocate(arena, 512);
    var names = new TreeSet<String>();
    int pieces = 0;
    while (ok(File.getdents64(directory, dirents)) > 0) {
      pieces++;
      while (dirents.next()) {
        assertTrue(names.add(Objects.requireNonNull(dirents.name())), "once each");
      }
    }
    assertFalse(dirents.next());
    assertTrue(pieces > 5, pieces + " pieces");
    var expected = new TreeSet<>(Set.of(".", ".."));
    for (String name : Objects.requireNonNull(folder.toFile().list())) {
      expected.add(name);
    }
    assertEquals(expected.size(), names.size());
    assertTrue(names.contains("file 99 \u00e4\ud83d\ude00") && names.contains("sub"));
    assertErrno(Errno.EBADF, File.getdents64(-1, dirents));
    assertErrno(Errno.ENOTDIR, File.getdents64(create("a"), dirents));
    assertThrows(IllegalArgumentException.class, () -> Dirents.allocate(arena, 100));
    int odd = fds.own(File.openat(directory, cString(new byte[] {(byte) 0xff}), CREATE, 0600));
    assertTrue(odd > 0);
    assertTrue(hasNameThatIsNotUtf8(dirents));
    ok(File.unlinkat(directory, cString(new byte[] {(byte) 0xff}), 0)); // Java cannot spell it
  }

  private boolean hasNameThatIsNotUtf8(Dirents dirents) {
    int directory = fds.own(File.open(folder.toString(), File.O_RDONLY | File.O_CLOEXEC, 0));
    boolean found = false;
    while (ok(File.getdents64(directory, dirents)) > 0) {
      while (dirents.next()) {
        found |= dirents.name() == null && dirents.nameBytes()[0] == (byte) 0xff;
      }
    }
    return found;
  }

  @Test
  void aPathThatWouldReachTheKernelAsAnotherIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> File.open("a\0b", File.O_RDONLY, 0));
    assertThrows(IllegalArgumentException.class, () -> File.unlink("a\0"));
    assertThrows(IllegalArgumentException.class, () -> File.open("\ud800", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> File.open("\ud800x", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> File.open("x\udc00", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> File.open("\udc00\ud800", 0, 0));
    assertErrno(Errno.ENOENT, File.open("\ud83d\ude00", File.O_RDONLY, 0));
    MemorySegment unterminated = memory.asSlice(0, 8);
    unterminated.fill((byte) 'x');
    assertThrows(
        IllegalArgumentException.class,
        () -> File.openat(File.AT_FDCWD, unterminated, File.O_RDONLY, 0));
    MemorySegment heap = MemorySegment.ofArray(new byte[8]);
    assertThrows(
        IllegalArgumentException.class, () -> File.openat(File.AT_FDCWD, heap, File.O_RDONLY, 0));
  }

  @Test
  void aStringIsUtf8AndASegmentIsAnyBytes() {
    create("grüße-😀");
    byte[] name = "grüße-😀".getBytes(StandardCharsets.UTF_8);
    int directory = directory();
    int file = fds.own(File.openat(directory, cString(name), File.O_RDONLY | File.O_CLOEXEC, 0));
    MemorySegment target = room();
    int end = ok(File.readlink("/proc/self/fd/" + file, target));
    assertArrayEquals(name, bytes(target, end - name.length, end));

    byte[] latin1 = {'x', (byte) 0xe4, (byte) 0xff};
    int odd = fds.own(File.openat(directory, cString(latin1), CREATE, 0600));
    end = ok(File.readlink("/proc/self/fd/" + odd, target));
    assertArrayEquals(latin1, bytes(target, end - latin1.length, end));
    if (File.hasOpenat2()) {
      fds.own(File.openat2(directory, cString(latin1), how(OpenHow.RESOLVE_BENEATH)));
    }
    // Here, because the folder is removed by Java, which may have no way to spell these names.
    ok(File.unlinkat(directory, cString(name), 0));
    ok(File.unlinkat(directory, cString(latin1), 0));
  }
}
