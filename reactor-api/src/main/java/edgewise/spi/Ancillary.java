package edgewise.spi;

import edgewise.Descriptor;
import edgewise.PeerCredentials;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What came beside the bytes of a receive: control messages, cmsg(3). Filled by a backend, emptied
 * by the channel that received.
 */
public final class Ancillary implements AutoCloseable {
  /** Descriptors that were passed (SCM_RIGHTS), in order; whoever takes one out owns it. */
  public final Queue<Descriptor> descriptors = new ArrayDeque<>(0);

  /**
   * How many descriptors {@link #descriptors} may hold; a backend receives no more than there is
   * room for.
   */
  public final int maxDescriptors;

  /**
   * Some that were passed are lost, and closed: there was no room for them, or no number free
   * (MSG_CTRUNC).
   */
  public boolean truncated;

  /** Who sent the bytes (SCM_CREDENTIALS); null where that was not asked for. */
  public @Nullable PeerCredentials sender;

  public Ancillary(int maxDescriptors) {
    this.maxDescriptors = maxDescriptors;
  }

  /** How many more descriptors can be received. */
  public int room() {
    return Math.max(0, maxDescriptors - descriptors.size());
  }

  /** Closes the descriptors that nobody has taken. */
  @Override
  public void close() {
    for (Descriptor each; (each = descriptors.poll()) != null; ) {
      each.close();
    }
  }
}
