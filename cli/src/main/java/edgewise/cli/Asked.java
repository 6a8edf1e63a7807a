package edgewise.cli;

import edgewise.Endpoint;
import edgewise.service.Inherited;
import org.jspecify.annotations.Nullable;

/**
 * An ADDRESS of the command line.
 *
 * @param name by which a successor asks for the socket: the address, or what stands behind {@code
 *     fd:}
 * @param endpoint where to listen; null for a socket that another process has to pass
 */
record Asked(String name, @Nullable Endpoint endpoint) {
  static Asked of(Endpoint endpoint) {
    return new Asked(endpoint.toString(), endpoint);
  }

  /** Whether the socket is what is asked for. A number is that of a descriptor, as in fd:3. */
  boolean means(Inherited socket) {
    return endpoint != null
        ? endpoint.equals(socket.endpoint()) || name.equals(socket.name())
        : name.equals(socket.name()) || name.equals(number(socket));
  }

  private static String number(Inherited socket) {
    return Integer.toString(socket.descriptor().fd());
  }

  @Override
  public String toString() {
    return endpoint == null ? "fd:" + name : name;
  }
}
