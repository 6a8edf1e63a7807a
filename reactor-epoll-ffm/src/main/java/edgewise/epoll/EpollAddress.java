package edgewise.epoll;

import edgewise.Endpoint;
import edgewise.linux.Sockaddr;
import edgewise.spi.DatagramAddress;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.net.UnknownHostException;
import java.util.Arrays;

/** The bytes of a {@code struct sockaddr}. */
@SuppressWarnings("ArrayRecordComponent") // never handed out, and compared by content
record EpollAddress(byte[] bytes) implements DatagramAddress {
  @Override
  public Endpoint endpoint() {
    return endpoint(Sockaddr.allocate(Arena.ofAuto()).fromBytes(bytes));
  }

  static Endpoint endpoint(Sockaddr address) {
    try {
      return Addresses.endpoint(address);
    } catch (UnknownHostException impossible) {
      throw new UncheckedIOException(impossible); // 4 and 16 bytes are the lengths it takes
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpollAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return endpoint().toString();
  }
}
