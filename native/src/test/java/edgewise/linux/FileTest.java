package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class FileTest {
  private static final int CREATE = File.O_RDWR | File.O_CREAT | File.O_CLOEXEC;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(64);
  private final Stat stat = Stat.allocate(arena);
  private Descriptors fds = new Descriptors();

  @TempDir Path folder;

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void bytesAreReadAsTheyWereWrittenAndTheEndIsZero() {
    int file = create("a");
    memory.setString(0, "0123456789");
    assertEquals(8, File.write(file, memory, 2, 8));
    assertEquals(0, File.read(file, memory, 0, 64), "at the end");
    memory.fill((byte) 0);
    int again = fds.own(File.open(path("a"), File.O_RDONLY | File.O_CLOEXEC, 0));
    assertEquals(3, File.read(again, memory, 0, 3));
    assertEquals(5, File.read(again, memory, 3, 61));
    assertEquals("23456789", memory.getString(0));
    assertEquals(0, File.read(again, memory, 0, 64));
    assertEquals(0, File.read(again, memory, 0, 0));
    assertErrno(Errno.EBADF, File.write(again, memory, 0, 1));
  }

  @Test
  void positionedCallsLeaveThePositionAlone() {
    int file = create("a");
    memory.setString(0, "abcdef");
    assertEquals(6, File.pwrite(file, memory, 0, 6, 0));
    assertEquals(2, File.pwrite(file, memory, 0, 2, 4));
    assertEquals(4, File.pread(file, memory, 10, 10, 2));
    assertEquals("cdab", memory.asSlice(10).getString(0));
    assertEquals(0, File.pread(file, memory, 0, 10, 6));
    assertErrno(Errno.EINVAL, File.pread(file, memory, 0, 10, -1));
    assertEquals(6, File.read(file, memory, 0, 10));
  }

  @Test
  void aFileLargerThan4GigabytesHasPositionsBeyondAnInt() {
    int file = create("sparse");
    long far = 5L << 30;
    ok(File.ftruncate(file, far));
    ok(File.fstat(file, stat));
    assertEquals(far, stat.size());
    assertEquals(3, File.pwrite(file, memory, 0, 3, far));
    assertEquals(3, File.pread(file, memory, 0, 10, far));
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    assertEquals(2, File.sendfile(pair[0], file, far + 1, 1L << 40));
  }

  @Test
  void piecesAreWrittenAndReadInOrder() {
    int file = create("a");
    memory.setString(0, "abcdef");
    IoVec pieces = IoVec.allocate(arena, 3);
    pieces.set(0, memory, 4, 2);
    pieces.set(1, memory, 0, 1);
    pieces.set(2, memory, 2, 2);
    assertEquals(5, File.writev(file, pieces, 0, 3));
    assertEquals(3, File.writev(file, pieces, 1, 2));
    assertEquals(8, File.pread(file, memory, 10, 50, 0));
    assertEquals("efacdacd", memory.asSlice(10).getString(0));

    int again = fds.own(File.open(path("a"), File.O_RDONLY | File.O_CLOEXEC, 0));
    memory.fill((byte) 0);
    pieces.set(0, memory, 1, 1);
    pieces.set(1, memory, 0, 1);
    pieces.set(2, memory, 2, 20);
    assertEquals(8, File.readv(again, pieces, 0, 3));
    assertEquals("feacdacd", memory.getString(0));
    assertEquals(0, File.readv(again, pieces, 0, 3));
    assertErrno(Errno.EBADF, File.readv(-1, pieces, 0, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> File.readv(again, pieces, 1, 3));
    pieces.set(2, memory.asReadOnly(), 0, 1);
    assertThrows(IllegalArgumentException.class, () -> File.readv(again, pieces, 0, 3));
    assertEquals(0, File.readv(again, pieces, 0, 2));
  }

  @Test
  void sendfileStartsWhereItIsToldAndEndsWithTheFile() {
    int file = create("a");
    memory.setString(0, "abcdef");
    ok(File.pwrite(file, memory, 0, 6, 0));
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    assertEquals(2, File.sendfile(pair[0], file, 1, 2));
    assertEquals(3, File.sendfile(pair[0], file, 3, 100));
    assertEquals(0, File.sendfile(pair[0], file, 6, 100));
    assertEquals(0, File.sendfile(pair[0], file, 600, 100));
    assertEquals(5, Socket.recv(pair[1], memory, 10, 50, 0));
    assertEquals("bcdef", memory.asSlice(10).getString(0));
    assertEquals(6, File.read(file, memory, 0, 64), "the file's own position did not move");

    assertErrno(Errno.EINVAL, File.sendfile(pair[0], file, -1, 1));
    assertErrno(Errno.EBADF, File.sendfile(-1, file, 0, 1));
    assertErrno(Errno.EBADF, File.sendfile(pair[0], -1, 0, 1));
    fds.close(pair[1]);
    assertErrno(Errno.EPIPE, File.sendfile(pair[0], file, 0, 1));
  }

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
  void theModeIsWhatANewFileGets() {
    fds.own(File.open(path("a"), CREATE, 0640));
    ok(File.statx(File.AT_FDCWD, path("a"), 0, Stat.STATX_MODE | Stat.STATX_TYPE, stat));
    assertEquals(Stat.S_IFREG | 0640, stat.mode() | 0040, "0640, or 0600 under a strict umask");
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

  @Test
  void statIsWhatJavaSaysToo() throws IOException {
    Path file = folder.resolve("a");
    Files.writeString(file, "12345");
    Files.createLink(folder.resolve("b"), file);
    FileTime time = FileTime.from(1_234_567_890_123_456_789L, TimeUnit.NANOSECONDS);
    Files.setLastModifiedTime(file, time);
    ok(File.statx(File.AT_FDCWD, file.toString(), 0, Stat.STATX_BASIC_STATS, stat));
    assertStat(file);
    assertEquals(1_234_567_890L, stat.mtimeSeconds());
    assertTrue(stat.mtimeNanos() / 1000 == 123_456, "at least microseconds");
    assertTrue(stat.isType(Stat.S_IFREG));
    int fd = fds.own(File.open(file.toString(), File.O_RDONLY | File.O_CLOEXEC, 0));
    Stat same = Stat.allocate(arena);
    ok(File.fstat(fd, same));
    assertEquals(stat.ino(), same.ino());
    assertEquals(stat.dev(), same.dev());
    assertEquals(5, same.size());

    ok(File.statx(File.AT_FDCWD, folder.toString(), 0, Stat.STATX_BASIC_STATS, stat));
    assertTrue(stat.isType(Stat.S_IFDIR));
    assertFalse(stat.isType(Stat.S_IFREG));
    int[] pipe = fds.pipe(0);
    ok(File.fstat(pipe[0], stat));
    assertTrue(stat.isType(Stat.S_IFIFO));
    assertErrno(Errno.ENOENT, File.statx(File.AT_FDCWD, path("missing"), 0, 0, stat));
    assertErrno(Errno.EBADF, File.fstat(-1, stat));
  }

  private void assertStat(Path file) throws IOException {
    assertEquals(Files.getAttribute(file, "unix:mode"), stat.mode());
    assertEquals(Files.getAttribute(file, "unix:size"), stat.size());
    assertEquals(Files.getAttribute(file, "unix:ino"), stat.ino());
    assertEquals(Files.getAttribute(file, "unix:nlink"), stat.nlink());
    assertEquals(Files.getAttribute(file, "unix:uid"), (int) stat.uid());
    assertEquals(Files.getAttribute(file, "unix:gid"), (int) stat.gid());
  }

  @Test
  void aLinkIsReadAndNotFollowedWhereAsked() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), Path.of("some/where"));
    assertEquals(10, File.readlink(path("link"), memory));
    assertEquals("some/where", memory.getString(0));
    assertEquals(4, File.readlink(path("link"), memory.asSlice(20, 4)));
    assertErrno(Errno.EINVAL, File.readlink(folder.toString(), memory));
    int flags = File.AT_SYMLINK_NOFOLLOW;
    ok(File.statx(File.AT_FDCWD, path("link"), flags, Stat.STATX_BASIC_STATS, stat));
    assertTrue(stat.isType(Stat.S_IFLNK));
  }

  @Test
  void namesAndModesAreChanged() throws IOException {
    int file = create("a");
    ok(File.chmod(path("a"), 0400));
    ok(File.fstat(file, stat));
    assertEquals(Stat.S_IFREG | 0400, stat.mode());
    ok(File.fchmod(file, 0751));
    ok(File.fstat(file, stat));
    assertEquals(Stat.S_IFREG | 0751, stat.mode());
    ok(File.unlink(path("a")));
    ok(File.fstat(file, stat));
    assertEquals(0, stat.nlink());
    assertErrno(Errno.ENOENT, File.unlink(path("a")));
    assertErrno(Errno.ENOENT, File.chmod(path("a"), 0600));
    assertErrno(Errno.EBADF, File.fchmod(-1, 0600));
    Files.createDirectory(folder.resolve("d"));
    assertErrno(Errno.EISDIR, File.unlink(path("d")));
    ok(File.unlinkat(File.AT_FDCWD, path("d"), File.AT_REMOVEDIR));
  }

  @Test
  void descriptorFlagsAreSetAndCleared() {
    int[] pipe = fds.pipe(0);
    assertErrno(Errno.EBADF, File.fcntl(-1, File.F_GETFL));
    assertEquals(0, File.fcntl(pipe[0], File.F_GETFL) & File.O_NONBLOCK);
    ok(File.fcntl(pipe[0], File.F_SETFL, File.O_NONBLOCK));
    assertNotEquals(0, File.fcntl(pipe[0], File.F_GETFL) & File.O_NONBLOCK);
    assertErrno(Errno.EAGAIN, File.read(pipe[0], memory, 0, 1));
    assertEquals(File.FD_CLOEXEC, File.fcntl(pipe[0], File.F_GETFD));
    ok(File.fcntl(pipe[0], File.F_SETFD, 0));
    assertEquals(0, File.fcntl(pipe[0], File.F_GETFD));
    int capacity = ok(File.fcntl(pipe[1], File.F_SETPIPE_SZ, 8192));
    assertEquals(capacity, File.fcntl(pipe[0], File.F_GETPIPE_SZ));
  }

  @Test
  void aDuplicateIsAnotherNumberForTheSameThing() {
    int[] pipe = fds.pipe(0);
    int copy = fds.own(File.dup(pipe[1]));
    assertNotEquals(pipe[1], copy);
    assertEquals(0, File.fcntl(copy, File.F_GETFD));
    int high = fds.own(File.fcntl(pipe[1], File.F_DUPFD_CLOEXEC, 200));
    assertTrue(high >= 200);
    assertEquals(File.FD_CLOEXEC, File.fcntl(high, File.F_GETFD));
    fds.close(pipe[1]);
    assertEquals(3, File.write(copy, memory, 0, 3));
    fds.close(copy);
    fds.close(high);
    assertEquals(3, File.read(pipe[0], memory, 0, 64));
    assertEquals(0, File.read(pipe[0], memory, 0, 64), "the last writer is gone");
    assertErrno(Errno.EBADF, File.dup(-1));
    assertErrno(Errno.EBADF, File.close(-1));
    assertThrows(IllegalArgumentException.class, () -> File.pipe2(new int[1], 0));
    assertErrno(Errno.EINVAL, File.pipe2(new int[2], -1));
  }

  private int create(String name) {
    return fds.own(File.open(path(name), CREATE, 0600));
  }

  private int directory() {
    return fds.own(File.open(folder.toString(), File.O_DIRECTORY | File.O_CLOEXEC, 0));
  }

  private OpenHow how(int resolve) {
    return OpenHow.allocate(arena, File.O_RDONLY | File.O_CLOEXEC, 0, resolve);
  }

  private MemorySegment cString(byte[] bytes) {
    MemorySegment memory = arena.allocate(bytes.length + 1);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  private static byte[] bytes(MemorySegment memory, int from, int to) {
    return memory.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
  }

  private MemorySegment room() {
    return arena.allocate(4096);
  }

  private String path(String name) {
    return folder + "/" + name;
  }
}
