package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** As many descriptors are open after a test as were before it (law 13). */
final class SameDescriptors implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private List<String> before = List.of();

  static int count() {
    return open().size();
  }

  private static List<String> open() {
    var open = new ArrayList<String>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : all) {
        open.add(each.getFileName() + " " + Files.readSymbolicLink(each));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return open;
  }

  /** Has the JDK open what it opens once and keeps: the socket pair behind SocketChannel.close. */
  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    try (var door = ServerSocketChannel.open().bind(null);
        var client = SocketChannel.open(door.getLocalAddress());
        var accepted = door.accept();
        var selector = Selector.open()) {
      client.write(ByteBuffer.allocate(1));
      accepted.read(ByteBuffer.allocate(1));
      selector.selectNow();
    }
    Path file = Files.createTempFile("edgewise", "warm");
    try (var channel = FileChannel.open(file)) {
      channel.size();
    }
    Files.delete(file);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    before = open();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<String> after = open();
    assertEquals(before.size(), after.size(), () -> "before: " + before + "\nafter: " + after);
  }
}
