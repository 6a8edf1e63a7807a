package edgewise.spi;

/**
 * Bits of readiness and of interest. The numbers are those of {@code EPOLLIN} and its kin in
 * epoll_ctl(2), so that the epoll backend translates nothing; other backends map to them.
 */
public final class Readiness {
  /** Bytes, a connection to accept, or the end of the stream can be read. EPOLLIN. */
  public static final int READ = 0x001;

  /** Urgent data is among the bytes, and receives stop short at it. EPOLLPRI, tcp(7). */
  public static final int URGENT = 0x002;

  /** The kernel takes bytes again, or an outgoing connect has ended. EPOLLOUT. */
  public static final int WRITE = 0x004;

  /**
   * A failure is waiting. EPOLLERR. As an interest it means "tell me of errors and of {@link #HUP}
   * though I ask for nothing else". An interest without any bit is never level-triggered: it does
   * not repeat what has been told, and may be silent even about new failures.
   */
  public static final int ERROR = 0x008;

  /** Both directions are shut. EPOLLHUP; never asked for, always told. */
  public static final int HUP = 0x010;

  /** The peer has shut down its sending side; bytes may still be waiting. EPOLLRDHUP. */
  public static final int PEER_HANGUP = 0x2000;

  private Readiness() {}
}
