package edgewise.examples;

import edgewise.Acceptor;
import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat room on one loop: every line goes to everybody else. No locks, since all connections of a
 * loop share its thread; a guest who does not read for too long is shown out.
 */
public final class Chat implements Handler {
  private static final int LONGEST_LINE = 1024;

  private final Set<Connection> room;

  private Chat(Set<Connection> room) {
    this.room = room;
  }

  public static void main(String[] args) throws Exception {
    Set<Connection> room = new LinkedHashSet<>();
    Acceptor door = connection -> new Chat(room);
    try (var loop = EventLoop.open()) {
      System.out.println("chat on " + loop.listen(Endpoint.parse(args[0]), door).endpoint());
      loop.run();
    }
  }

  @Override
  public void onOpen(Connection guest) {
    room.add(guest);
  }

  @Override
  public void onData(Connection guest, ByteBuffer in) {
    for (int end = endOfLine(in); end > 0; end = endOfLine(in)) {
      ByteBuffer line = in.slice(in.position(), end - in.position());
      in.position(end);
      for (Connection other : room) {
        if (other != guest && other.isOpen() && !other.write(line.duplicate())) {
          other.abort();
        }
      }
    }
    if (in.remaining() > LONGEST_LINE) {
      guest.close(); // what stays in the buffer comes again with the rest of its line
    }
  }

  @Override
  public void onClose(Connection guest, @Nullable Throwable cause) {
    room.remove(guest);
  }

  /** The position after the next line feed, or 0 if the line is not complete yet. */
  private static int endOfLine(ByteBuffer in) {
    for (int i = in.position(); i < in.limit(); i++) {
      if (in.get(i) == '\n') {
        return i + 1;
      }
    }
    return 0;
  }
}
