package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Bytes to files and from them. */
class FileTest extends FileRig {
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
}
