package edgewise;

/**
 * Who is at the other end of an AF_UNIX socket, as the kernel vouches; unix(7).
 *
 * @param pid the process; 0 where it cannot be seen from here, as in another pid namespace
 * @param uid the effective user, 0 to 2<sup>32</sup>-1
 * @param gid the effective group, 0 to 2<sup>32</sup>-1
 */
public record PeerCredentials(int pid, long uid, long gid) {}
