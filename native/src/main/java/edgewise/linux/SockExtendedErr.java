package edgewise.linux;

/**
 * struct sock_extended_err: an error of a datagram sent earlier, as recvmsg(2) with MSG_ERRQUEUE
 * puts it into the control messages, ip(7). The address of the message is where that datagram was
 * sent to.
 */
public final class SockExtendedErr {
  private SockExtendedErr() {}

  /** Whether the control message at a position is one. */
  public static boolean isAt(MsgHdr message, int at) {
    int level = message.controlLevel(at);
    int type = message.controlType(at);
    return ((level == Socket.IPPROTO_IP && type == Socket.IP_RECVERR)
            || (level == Socket.IPPROTO_IPV6 && type == Socket.IPV6_RECVERR))
        && message.controlDataLength(at) >= Struct.SockExtendedErr.SIZEOF;
  }

  /** ee_errno. */
  public static int errno(MsgHdr message, int at) {
    return message.controlInt(at, Struct.SockExtendedErr.EE_ERRNO / Integer.BYTES);
  }

  /** ee_origin, such as SO_EE_ORIGIN_ICMP. */
  public static int origin(MsgHdr message, int at) {
    return message.controlInt(at, Struct.SockExtendedErr.EE_ORIGIN / Integer.BYTES) & 0xff;
  }
}
