package edgewise;

/** What a connection carries; the type of socket(2). */
public enum SocketType {
  /** A stream of bytes: TCP, or AF_UNIX. SOCK_STREAM. */
  STREAM,

  /**
   * Messages, in order and reliably: AF_UNIX only. SOCK_SEQPACKET. Each {@link Connection#write}
   * sends one message, and each call of {@link Handler#onData} gets one, whole; what the handler
   * leaves of it is dropped.
   */
  SEQPACKET
}
