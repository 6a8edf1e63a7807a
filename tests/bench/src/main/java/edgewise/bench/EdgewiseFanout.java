package edgewise.bench;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.Handler;
import edgewise.LoopOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one connection sends all others get, on one loop. */
final class EdgewiseFanout implements Contestant {
  private final List<Member> members = new ArrayList<>();

  @Override
  public void start(String address, Path files) throws Exception {
    Experiment.open(LoopOptions.DEFAULT)
        .listen(Endpoint.parse(address), connection -> new Member(connection));
  }

  private final class Member implements Handler {
    private final Connection connection;
    private int place;

    Member(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void onOpen(Connection opened) {
      place = members.size();
      members.add(this);
    }

    @Override
    public void onData(Connection from, ByteBuffer in) {
      int start = in.position();
      for (Member member : members) {
        if (member != this) {
          member.connection.write(in.position(start));
        }
      }
      in.position(in.limit());
    }

    @Override
    public void onClose(Connection closed, @Nullable Throwable cause) {
      Member last = members.removeLast();
      if (last != this) {
        members.set(place, last);
        last.place = place;
      }
    }
  }
}
