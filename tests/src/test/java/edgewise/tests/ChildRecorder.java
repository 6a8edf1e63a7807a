package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;

import edgewise.sources.ChildProcess;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a child process's handler was told, and with what children are started and fed. */
final class ChildRecorder implements ChildProcess.Handler {
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();
  final List<Integer> exits = new ArrayList<>();
  int writable;

  @Override
  public void onOutput(ChildProcess child, ByteBuffer bytes) {
    out.writeBytes(taken(bytes));
  }

  @Override
  public void onError(ChildProcess child, ByteBuffer bytes) {
    err.writeBytes(taken(bytes));
  }

  @Override
  public void onWritable(ChildProcess child) {
    writable++;
  }

  @Override
  public void onExit(ChildProcess child, int status) {
    assertFalse(child.isOpen());
    exits.add(status);
  }

  private static byte[] taken(ByteBuffer bytes) {
    byte[] taken = new byte[bytes.remaining()];
    bytes.get(taken);
    return taken;
  }

  String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  static ProcessBuilder shell(String script) {
    return new ProcessBuilder("sh", "-c", script);
  }

  static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
