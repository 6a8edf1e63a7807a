package edgewise.select;

import edgewise.Endpoint;
import edgewise.spi.DatagramAddress;
import java.net.SocketAddress;

/** An address of the JDK. */
record SelectAddress(SocketAddress address) implements DatagramAddress {
  @Override
  public Endpoint endpoint() {
    return Addresses.fromJdk(address);
  }
}
