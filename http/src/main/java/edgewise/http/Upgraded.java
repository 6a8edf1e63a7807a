package edgewise.http;

import edgewise.Connection;
import edgewise.Handler;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The handler of a connection that was upgraded, so that the server knows when that closes: it is
 * still one of those that {@link HttpServer#stop} and {@link HttpServer#drain} wait for.
 */
final class Upgraded implements Handler {
  private final Handler handler;
  private final Runnable whenClosed;

  Upgraded(Handler handler, Runnable whenClosed) {
    this.handler = handler;
    this.whenClosed = whenClosed;
  }

  @Override
  public void onData(Connection connection, ByteBuffer in) throws Exception {
    handler.onData(connection, in);
  }

  @Override
  public void onOpen(Connection connection) throws Exception {
    handler.onOpen(connection);
  }

  @Override
  public void onEnd(Connection connection) throws Exception {
    handler.onEnd(connection);
  }

  @Override
  public void onWritable(Connection connection) throws Exception {
    handler.onWritable(connection);
  }

  @Override
  public void onPeerHangup(Connection connection) throws Exception {
    handler.onPeerHangup(connection);
  }

  @Override
  public void onStop(Connection connection) throws Exception {
    handler.onStop(connection);
  }

  @Override
  public void onClose(Connection connection, @Nullable Throwable cause) throws Exception {
    whenClosed.run();
    handler.onClose(connection, cause);
  }
}
