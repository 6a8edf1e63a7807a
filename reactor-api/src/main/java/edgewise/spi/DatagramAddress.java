package edgewise.spi;

import edgewise.Endpoint;

/** Where a datagram came from or goes to, as a backend keeps it. Compared by content; immutable. */
public interface DatagramAddress {
  /** The same for users; made anew. */
  Endpoint endpoint();
}
