package edgewise.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A folder, memory for calls, and descriptors that are closed at the end of the test. */
@ExtendWith(OpenDescriptors.class)
abstract class FileRig {
  static final int CREATE = File.O_RDWR | File.O_CREAT | File.O_CLOEXEC;

  final Arena arena = Arena.ofAuto();
  final MemorySegment memory = arena.allocate(64);
  final Stat stat = Stat.allocate(arena);
  Descriptors fds = new Descriptors();

  @TempDir Path folder;

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  int create(String name) {
    return fds.own(File.open(path(name), CREATE, 0600));
  }

  int directory() {
    return fds.own(File.open(folder.toString(), File.O_DIRECTORY | File.O_CLOEXEC, 0));
  }

  OpenHow how(int resolve) {
    return OpenHow.allocate(arena, File.O_RDONLY | File.O_CLOEXEC, 0, resolve);
  }

  MemorySegment cString(byte[] bytes) {
    MemorySegment memory = arena.allocate(bytes.length + 1);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory;
  }

  static byte[] bytes(MemorySegment memory, int from, int to) {
    return memory.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
  }

  MemorySegment room() {
    return arena.allocate(4096);
  }

  String path(String name) {
    return folder + "/" + name;
  }
}
