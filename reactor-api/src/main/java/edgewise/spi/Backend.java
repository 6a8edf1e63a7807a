package edgewise.spi;

import edgewise.Descriptor;
import edgewise.FileRoot;
import edgewise.Trigger;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A way to wait for I/O. Found by {@link java.util.ServiceLoader}; must have a public constructor
 * (or {@code provider()} method) without arguments that does nothing expensive. Thread-safe.
 */
public interface Backend {
  /** What a backend may lack. */
  enum Feature {
    /** {@link Trigger#EDGE} and {@link Trigger#ONESHOT}. */
    TRIGGERS,
    /** {@link edgewise.EventLoop#watch}: readiness of any file descriptor. */
    WATCH,
    /** AF_UNIX names in the abstract namespace. */
    ABSTRACT_NAMES,
    /** A peer's hang-up or reset is noticed while reading is paused or has ended. */
    HANGUP_WHILE_NOT_READING,
    /** Several listeners on one TCP port, balanced by the kernel. */
    REUSE_PORT,
    /** Datagram sockets of AF_UNIX. */
    UNIX_DATAGRAMS,
    /** Datagrams of one size are joined on the way to the kernel and back: GSO and GRO. */
    SEGMENTATION,
    /** ICMP errors for datagram sockets that are not connected. */
    DATAGRAM_ERRORS,
    /** {@link edgewise.SocketType#SEQPACKET}. */
    SEQPACKET,
    /**
     * Sockets made elsewhere are adopted, pairs of sockets made, and descriptors passed along with
     * data; see {@link edgewise.Descriptor}.
     */
    DESCRIPTORS,
    /** Who is at the other end of an AF_UNIX socket; see {@link edgewise.PeerCredentials}. */
    PEER_CREDENTIALS
  }

  /** The name by which it is asked for, such as {@code epoll}. */
  String name();

  /** Among the available backends the one with the highest rank is taken. */
  int rank();

  /** Why it cannot be used here, in words that say what to do; null if it can. Never throws. */
  @Nullable String unavailable();

  /** Whether it has the feature here. */
  boolean has(Feature feature);

  /** The trigger mode of a registration that asks for none. */
  Trigger defaultTrigger();

  /** Opens the poller of one loop; called on the loop's thread. */
  Poller openPoller(int eventsPerPoll) throws IOException;

  /** Opens a directory whose files are to be sent; see {@link FileRoot}. */
  FileRoot openRoot(Path directory) throws IOException;

  /**
   * Takes over a descriptor whose number somebody has left to this program, such as a service
   * manager.
   *
   * @throws UnsupportedOperationException without {@link Feature#DESCRIPTORS}
   */
  default Descriptor own(int fd) {
    throw lacks("owning a file descriptor");
  }

  /**
   * A duplicate, close-on-exec; fcntl(2) with F_DUPFD_CLOEXEC.
   *
   * @throws UnsupportedOperationException without {@link Feature#DESCRIPTORS}
   */
  default Descriptor duplicate(Descriptor descriptor) throws IOException {
    throw lacks("a duplicate of a file descriptor");
  }

  /** Throws the exception that says this backend lacks {@code feature} and epoll has it. */
  default UnsupportedOperationException lacks(String feature) {
    return new UnsupportedOperationException(
        feature + " is not offered by the " + name() + " backend; the epoll backend has it");
  }
}
