package edgewise.spi;

import java.io.IOException;

/** The registration of a descriptor that belongs to somebody else. */
public interface WatchedDescriptor {
  /** The descriptor's number. */
  int fd();

  /** Changes the interest, and arms a {@link edgewise.Trigger#ONESHOT} registration again. */
  void interest(int interest) throws IOException;

  /** Ends the registration; the descriptor stays open. Idempotent. */
  void close();
}
