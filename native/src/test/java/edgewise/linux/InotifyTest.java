package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class InotifyTest {
  @TempDir Path directory;

  private static int inotify(Descriptors fds) {
    return fds.own(Inotify.init1(Inotify.IN_NONBLOCK | Inotify.IN_CLOEXEC));
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8);
  }

  @Test
  void eventsComeWithTheirNamesAndAMoveWithItsCookie() throws Exception {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int fd = inotify(fds);
      int mask = Inotify.IN_CREATE | Inotify.IN_MOVED_FROM | Inotify.IN_MOVED_TO;
      int wd = ok(Inotify.addWatch(fd, directory.toString(), mask | Inotify.IN_ONLYDIR));
      InotifyEvents events = InotifyEvents.allocate(arena, 4096);
      assertErrno(Errno.EAGAIN, Inotify.read(fd, events));
      assertFalse(events.next());

      Files.createFile(directory.resolve("h\u00e9"));
      Files.createDirectory(directory.resolve("a-directory-with-a-name-of-length"));
      Files.move(directory.resolve("h\u00e9"), directory.resolve("x"));
      assertTrue(ok(Inotify.read(fd, events)) > 0);
      assertTrue(events.next());
      assertEquals(wd, events.wd());
      assertEquals(Inotify.IN_CREATE, events.mask());
      assertEquals("h\u00e9", text(events.nameBytes()));
      assertEquals(0, events.cookie());
      assertTrue(events.next());
      assertEquals(Inotify.IN_CREATE | Inotify.IN_ISDIR, events.mask());
      assertEquals("a-directory-with-a-name-of-length", text(events.nameBytes()));
      assertTrue(events.next());
      assertEquals(Inotify.IN_MOVED_FROM, events.mask());
      int cookie = events.cookie();
      assertTrue(events.next());
      assertEquals(Inotify.IN_MOVED_TO, events.mask());
      assertEquals(cookie, events.cookie());
      assertEquals("x", text(events.nameBytes()));
      assertFalse(events.next());
    }
  }

  @Test
  void aWatchThatIsRemovedSaysSoWithoutAName() throws Exception {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int fd = inotify(fds);
      int wd = ok(Inotify.addWatch(fd, directory.toString(), Inotify.IN_CREATE));
      ok(Inotify.rmWatch(fd, wd));
      assertErrno(Errno.EINVAL, Inotify.rmWatch(fd, wd));
      InotifyEvents events = InotifyEvents.allocate(arena, InotifyEvents.LONGEST_EVENT);
      assertEquals(Struct.InotifyEvent.SIZEOF, Inotify.read(fd, events));
      assertTrue(events.next());
      assertEquals(Inotify.IN_IGNORED, events.mask());
      assertEquals(0, events.nameBytes().length);
    }
  }

  @Test
  void theLongestNameFitsInTheSmallestRoom() throws Exception {
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int fd = inotify(fds);
      ok(Inotify.addWatch(fd, directory.toString(), Inotify.IN_CREATE));
      Files.createFile(directory.resolve("n".repeat(255)));
      InotifyEvents events = InotifyEvents.allocate(arena, InotifyEvents.LONGEST_EVENT);
      assertEquals(InotifyEvents.LONGEST_EVENT, Inotify.read(fd, events));
      assertTrue(events.next());
      assertEquals("n".repeat(255), text(events.nameBytes()));
      assertThrows(
          IllegalArgumentException.class,
          () -> InotifyEvents.allocate(arena, InotifyEvents.LONGEST_EVENT - 1));
    }
  }

  @Test
  void wrongArgumentsAreErrors() {
    try (var fds = new Descriptors()) {
      int fd = inotify(fds);
      assertErrno(Errno.ENOENT, Inotify.addWatch(fd, "/nonexistent", Inotify.IN_CREATE));
      assertErrno(
          Errno.ENOTDIR,
          Inotify.addWatch(fd, "/proc/self/stat", Inotify.IN_CREATE | Inotify.IN_ONLYDIR));
      assertErrno(Errno.EINVAL, Inotify.init1(1));
      assertErrno(Errno.EINVAL, Inotify.addWatch(fd, "/", 0));
    }
  }
}
