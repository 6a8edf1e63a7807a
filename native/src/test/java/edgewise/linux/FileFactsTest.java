package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is known of a file and of a descriptor, and how it is changed. */
class FileFactsTest extends FileRig {
  @Test
  void theModeIsWhatANewFileGets() {
    fds.own(File.open(path("a"), CREATE, 0640));
    ok(File.statx(File.AT_FDCWD, path("a"), 0, Stat.STATX_MODE | Stat.STATX_TYPE, stat));
    assertEquals(Stat.S_IFREG | 0640, stat.mode() | 0040, "0640, or 0600 under a strict umask");
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
}
