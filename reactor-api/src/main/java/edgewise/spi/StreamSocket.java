package edgewise.spi;

import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.OpenFile;
import edgewise.PeerCredentials;
import java.io.IOException;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;

/**
 * A connected, or connecting, non-blocking socket: TCP, or AF_UNIX, there also of type SEQPACKET.
 * Owns its descriptor.
 */
public interface StreamSocket {
  /** The result that says: nothing now, wait for readiness. EAGAIN. */
  int WOULD_BLOCK = -1;

  /** The result of {@link #receive} that says: the peer has sent its last byte. */
  int END = 0;

  /** The result of {@link #receive} on a SEQPACKET socket that says: a message without bytes. */
  int EMPTY_MESSAGE = -2;

  /** How far an outgoing connect has come. */
  enum Progress {
    /** Connected. */
    DONE,
    /** Ask again when the socket is ready for {@link Readiness#WRITE}. */
    PENDING,
    /**
     * The queue of an AF_UNIX listener is full (EAGAIN, connect(2)); no readiness will tell when it
     * is not. Ask again after a moment: that connects again.
     */
    TRY_AGAIN
  }

  /**
   * How far an outgoing connect has come. Harmless to ask again, also once it is done.
   *
   * @throws IOException if it failed, with the address and the errno's name
   */
  Progress finishConnect() throws IOException;

  /**
   * Receives up to {@code length} bytes (at least 1) into the buffer at {@code offset}; recv(2). A
   * SEQPACKET socket receives one message.
   *
   * @return the number of bytes, {@link #END}, {@link #EMPTY_MESSAGE}, or {@link #WOULD_BLOCK}
   * @throws IOException also for a message that is longer than {@code length}: it is lost
   */
  int receive(NativeBuffer into, int offset, int length) throws IOException;

  /**
   * Whether a receive of fewer bytes than there was room for has emptied the socket, so that what
   * comes later is a new edge; epoll(7), question 9. True only where the kernel keeps to that while
   * neither {@link Readiness#URGENT} nor a hang-up has been told.
   */
  default boolean isEmptiedByShortReceive() {
    return false;
  }

  /**
   * As {@link #receive(NativeBuffer, int, int)}, with what comes beside the bytes; recvmsg(2).
   * Called only if the options ask for it, with {@link Backend.Feature#DESCRIPTORS}.
   *
   * @param beside is filled anew
   */
  default int receive(NativeBuffer into, int offset, int length, Ancillary beside)
      throws IOException {
    throw new UnsupportedOperationException("receiving descriptors");
  }

  /** Whether descriptors can be passed to the peer: over AF_UNIX, where the backend can. */
  default boolean passesDescriptors() {
    return false;
  }

  /**
   * Sends up to {@code length} bytes (at least 1), and descriptors along with the first; sendmsg(2)
   * with SCM_RIGHTS, unix(7). The kernel makes duplicates of them. Called only if {@link
   * #passesDescriptors}.
   *
   * @return the number of bytes taken, and then all of the descriptors, or {@link #WOULD_BLOCK}
   */
  default int send(NativeBuffer from, int offset, int length, int[] descriptors)
      throws IOException {
    throw new UnsupportedOperationException("passing descriptors");
  }

  /**
   * Who connected, or who listened; SO_PEERCRED, unix(7). Called only with {@link
   * Backend.Feature#PEER_CREDENTIALS}, as is the next.
   */
  default PeerCredentials peerCredentials() throws IOException {
    throw new UnsupportedOperationException("peer credentials");
  }

  /** A pidfd of the peer's process; SO_PEERPIDFD, since Linux 6.5. */
  default Descriptor peerProcess() throws IOException {
    throw new UnsupportedOperationException("a descriptor of the peer's process");
  }

  /**
   * Sends up to {@code length} bytes from the buffer at {@code offset}; send(2). A SEQPACKET socket
   * sends one message: all of it, or nothing.
   *
   * @param more whether more follows at once, so that a part of a packet may wait (MSG_MORE)
   * @return the number of bytes taken, or {@link #WOULD_BLOCK}
   */
  int send(NativeBuffer from, int offset, int length, boolean more) throws IOException;

  /**
   * Sends up to {@code count} bytes of a file; sendfile(2).
   *
   * @return the number of bytes taken, 0 if the file ends before {@code position}, or {@link
   *     #WOULD_BLOCK}
   */
  long sendFile(OpenFile file, long position, long count) throws IOException;

  /** Sends a FIN after what was sent; shutdown(2) with SHUT_WR. */
  void shutdownOutput() throws IOException;

  /** Takes the failure that is waiting (SO_ERROR), or null. Backends that cannot know say null. */
  @Nullable IOException takeError();

  /**
   * Changes the registered interest; {@link Readiness} bits, see {@link Readiness#ERROR} for none.
   */
  void interest(int interest) throws IOException;

  /** The address of this end. */
  Endpoint local() throws IOException;

  /** The address of the other end. */
  Endpoint remote() throws IOException;

  /**
   * Sets a socket option; {@link java.net.StandardSocketOptions} or {@link edgewise.LinuxOptions}.
   *
   * @throws UnsupportedOperationException if the backend does not know it
   */
  <T> void option(SocketOption<T> option, T value) throws IOException;

  /** Reads a socket option. */
  <T> T option(SocketOption<T> option) throws IOException;

  /** Deregisters and closes; the descriptor is free on return. Idempotent. */
  void close();

  /** As {@link #close}, but the peer of a TCP connection sees a reset (SO_LINGER 0). */
  void abort();
}
