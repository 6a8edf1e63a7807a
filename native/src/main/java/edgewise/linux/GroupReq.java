package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * struct group_req and struct group_source_req of RFC 3678: a multicast group, IPv4 or IPv6, on an
 * interface, and perhaps one source. The value of MCAST_JOIN_GROUP and its kin at level IPPROTO_IP
 * or IPPROTO_IPV6, ip(7). Its memory belongs to the arena given.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3678#section-5.1.1">RFC 3678</a>
 */
public final class GroupReq {
  private final MemorySegment segment;

  private GroupReq(MemorySegment segment) {
    this.segment = segment;
  }

  /**
   * A group, and with a source a struct group_source_req.
   *
   * @param interfaceIndex 0 leaves the choice to the routing table
   */
  public static GroupReq of(
      Arena arena, int interfaceIndex, Sockaddr group, @Nullable Sockaddr source) {
    int size = source == null ? Struct.GroupReq.SIZEOF : Struct.GroupSourceReq.SIZEOF;
    MemorySegment memory = arena.allocate(size, 8);
    memory.set(JAVA_INT, Struct.GroupReq.GR_INTERFACE, interfaceIndex);
    MemorySegment.copy(group.storage(), 0, memory, Struct.GroupReq.GR_GROUP, group.length());
    if (source != null) {
      MemorySegment.copy(
          source.storage(), 0, memory, Struct.GroupSourceReq.GSR_SOURCE, source.length());
    }
    return new GroupReq(memory);
  }

  /** struct ip_mreqn with nothing but an interface, for IP_MULTICAST_IF of ip(7). */
  public static GroupReq ofInterface(Arena arena, int interfaceIndex) {
    MemorySegment memory = arena.allocate(Struct.IpMreqn.SIZEOF, 4);
    memory.set(JAVA_INT, Struct.IpMreqn.IMR_IFINDEX, interfaceIndex);
    return new GroupReq(memory);
  }

  /** For {@link Socket#setsockopt(int, int, int, MemorySegment)}. */
  public MemorySegment segment() {
    return segment;
  }
}
