package edgewise.select;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * jnr-unixsocket, where it is on the class path: the JDK has no AF_UNIX datagrams. It is reached by
 * reflection, so that nobody has to have it; its channels and selectors are those of {@code
 * java.nio}.
 */
final class JnrLibrary {
  private final Method open;
  private final Constructor<?> address;
  private final Method path;
  private final SelectorProvider provider;
  private final SocketOption<Integer> sendBuffer;
  private final SocketOption<Integer> receiveBuffer;

  private JnrLibrary() throws ReflectiveOperationException {
    Class<?> channels = find("jnr.unixsocket.UnixDatagramChannel");
    Class<?> addresses = find("jnr.unixsocket.UnixSocketAddress");
    open = channels.getMethod("open");
    address = addresses.getConstructor(String.class);
    path = addresses.getMethod("path");
    Method instance = find("jnr.enxio.channels.NativeSelectorProvider").getMethod("getInstance");
    provider = (SelectorProvider) instance.invoke(null);
    sendBuffer = option("SO_SNDBUF");
    receiveBuffer = option("SO_RCVBUF");
  }

  @SuppressWarnings("unchecked") // as declared there
  private static SocketOption<Integer> option(String name) throws ReflectiveOperationException {
    Class<?> options = find("jnr.unixsocket.UnixSocketOptions");
    return (SocketOption<Integer>) options.getField(name).get(null);
  }

  private static Class<?> find(String name) throws ClassNotFoundException {
    return Class.forName(name, true, JnrLibrary.class.getClassLoader());
  }

  /** Whether it is there; nothing is loaded for that. */
  static boolean isPresent() {
    try {
      Class<?> found =
          Class.forName(
              "jnr.unixsocket.UnixDatagramChannel", false, JnrLibrary.class.getClassLoader());
      return DatagramChannel.class.isAssignableFrom(found);
    } catch (ClassNotFoundException | LinkageError absent) {
      return false;
    }
  }

  /**
   * The library.
   *
   * @throws UnsupportedOperationException if it is not there, or does not work here
   */
  static JnrLibrary load(SelectBackend backend) {
    if (!isPresent()) {
      throw backend.lacksUnixDatagrams();
    }
    try {
      return new JnrLibrary();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new UnsupportedOperationException(
          "AF_UNIX datagrams: jnr-unixsocket does not work here; the epoll backend has them", e);
    }
  }

  DatagramChannel openChannel() throws IOException {
    return (DatagramChannel) call(() -> open.invoke(null));
  }

  Selector openSelector() throws IOException {
    return provider.openSelector();
  }

  SocketAddress toJnr(SocketAddress ours) throws IOException {
    return (SocketAddress)
        call(() -> address.newInstance(((UnixDomainSocketAddress) ours).getPath().toString()));
  }

  /** An address without a path is an unnamed one, as with the JDK. */
  UnixDomainSocketAddress fromJnr(SocketAddress theirs) throws IOException {
    return UnixDomainSocketAddress.of(String.valueOf(call(() -> path.invoke(theirs))));
  }

  void bufferBytes(DatagramChannel channel, int receive, int send) throws IOException {
    if (receive > 0) {
      channel.setOption(receiveBuffer, receive);
    }
    if (send > 0) {
      channel.setOption(sendBuffer, send);
    }
  }

  private interface Call {
    @Nullable Object make() throws ReflectiveOperationException;
  }

  private static Object call(Call call) throws IOException {
    try {
      Object result = call.make();
      return result == null ? "" : result;
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IOException(e);
      }
    } catch (ReflectiveOperationException e) {
      throw new IOException("jnr-unixsocket is not as expected", e);
    }
  }
}
