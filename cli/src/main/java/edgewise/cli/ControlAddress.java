package edgewise.cli;

import edgewise.Endpoint;

/** Reads the address of a control socket: AF_UNIX, since descriptors are passed over it. */
final class ControlAddress {
  private ControlAddress() {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none; the message says what one is
   */
  static Endpoint parse(String text) {
    if (!text.startsWith("unix:")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a control socket; write unix:/path or unix:@name");
    }
    return Endpoint.parse(text);
  }
}
