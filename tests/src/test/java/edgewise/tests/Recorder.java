package edgewise.tests;

import edgewise.Connection;
import edgewise.Handler;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A handler that takes all bytes, writes down what it is told, and notices when it is called inside
 * one of its own calls. It leaves a connection open whose peer has ended.
 */
class Recorder implements Handler {
  /** What came, in order: open, data (joined), writable, hangup, end, stop, close. */
  final List<String> calls = new ArrayList<>();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable Connection connection;
  @Nullable Throwable cause;
  int dataCalls;
  private boolean inside;

  /** For tests to override: after the call has been written down. */
  void opened(Connection c) throws Exception {}

  /** For tests to override: takes all. */
  void data(Connection c, ByteBuffer in) throws Exception {
    take(in);
  }

  void ended(Connection c) throws Exception {}

  void writable(Connection c) throws Exception {}

  void hungUp(Connection c) throws Exception {}

  void stopped(Connection c) throws Exception {
    c.close();
  }

  void closed(Connection c) throws Exception {}

  final void take(ByteBuffer in) {
    byte[] taken = new byte[in.remaining()];
    in.get(taken);
    bytes.write(taken, 0, taken.length);
  }

  @Override
  public final void onOpen(Connection c) throws Exception {
    connection = c;
    record("open", () -> opened(c));
  }

  @Override
  public final void onData(Connection c, ByteBuffer in) throws Exception {
    dataCalls++;
    record("data", () -> data(c, in));
  }

  @Override
  public final void onEnd(Connection c) throws Exception {
    record("end", () -> ended(c));
  }

  @Override
  public final void onWritable(Connection c) throws Exception {
    record("writable", () -> writable(c));
  }

  @Override
  public final void onPeerHangup(Connection c) throws Exception {
    record("hangup", () -> hungUp(c));
  }

  @Override
  public final void onStop(Connection c) throws Exception {
    record("stop", () -> stopped(c));
  }

  @Override
  public final void onClose(Connection c, @Nullable Throwable why) throws Exception {
    cause = why;
    record("close", () -> closed(c));
  }

  private interface Call {
    void run() throws Exception;
  }

  private void record(String name, Call call) throws Exception {
    if (inside) {
      calls.add("NESTED " + name);
    }
    if (!name.equals("data") || calls.isEmpty() || !calls.getLast().equals("data")) {
      calls.add(name);
    }
    inside = true;
    try {
      call.run();
    } finally {
      inside = false;
    }
  }

  Connection connection() {
    return Objects.requireNonNull(connection, "not open yet");
  }

  boolean has(String call) {
    return calls.contains(call);
  }

  long count(String call) {
    return calls.stream().filter(call::equals).count();
  }

  int received() {
    return bytes.size();
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  String text() {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
