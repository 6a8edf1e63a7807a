package edgewise.linux;

/**
 * Sizes and offsets, in bytes, of the C structures whose layout is the same on x86-64, aarch64 and
 * riscv64. Each nested class is one structure; its constants are the C member names in capitals.
 * The layout that does differ, struct epoll_event, is in {@link Abi}. The C probe of the tests
 * prints the same list from the system's headers.
 */
final class Struct {
  private Struct() {}

  /** struct sockaddr_storage: room for any address, socket(7). */
  static final class SockaddrStorage {
    static final int SIZEOF = 128;
    static final int SS_FAMILY = 0;

    private SockaddrStorage() {}
  }

  /** struct sockaddr_in, ip(7). */
  static final class SockaddrIn {
    static final int SIZEOF = 16;
    static final int SIN_PORT = 2;
    static final int SIN_ADDR = 4;

    private SockaddrIn() {}
  }

  /** struct sockaddr_in6, ipv6(7). */
  static final class SockaddrIn6 {
    static final int SIZEOF = 28;
    static final int SIN6_PORT = 2;
    static final int SIN6_FLOWINFO = 4;
    static final int SIN6_ADDR = 8;
    static final int SIN6_SCOPE_ID = 24;

    private SockaddrIn6() {}
  }

  /** struct sockaddr_un, unix(7): the path is the last member, 108 bytes. */
  static final class SockaddrUn {
    static final int SIZEOF = 110;
    static final int SUN_PATH = 2;

    private SockaddrUn() {}
  }

  /** struct iovec, readv(2). */
  static final class Iovec {
    static final int SIZEOF = 16;
    static final int IOV_BASE = 0;
    static final int IOV_LEN = 8;

    private Iovec() {}
  }

  /**
   * struct msghdr, recvmsg(2). POSIX makes msg_iovlen and msg_controllen narrower than the kernel
   * does; musl follows POSIX with padding, and little endian makes that the same bytes.
   */
  static final class Msghdr {
    static final int SIZEOF = 56;
    static final int MSG_NAME = 0;
    static final int MSG_NAMELEN = 8;
    static final int MSG_IOV = 16;
    static final int MSG_IOVLEN = 24;
    static final int MSG_CONTROL = 32;
    static final int MSG_CONTROLLEN = 40;
    static final int MSG_FLAGS = 48;

    private Msghdr() {}
  }

  /** struct cmsghdr, cmsg(3): its data follows at {@link #SIZEOF}, the next one 8-aligned. */
  static final class Cmsghdr {
    static final int SIZEOF = 16;
    static final int CMSG_LEN = 0;
    static final int CMSG_LEVEL = 8;
    static final int CMSG_TYPE = 12;

    private Cmsghdr() {}
  }

  /** struct ucred, unix(7). */
  static final class Ucred {
    static final int SIZEOF = 12;
    static final int PID = 0;
    static final int UID = 4;
    static final int GID = 8;

    private Ucred() {}
  }

  /** struct linger, socket(7). */
  static final class Linger {
    static final int SIZEOF = 8;
    static final int L_ONOFF = 0;
    static final int L_LINGER = 4;

    private Linger() {}
  }

  /** struct pollfd, poll(2). */
  static final class Pollfd {
    static final int SIZEOF = 8;
    static final int FD = 0;
    static final int EVENTS = 4;
    static final int REVENTS = 6;

    private Pollfd() {}
  }

  /** struct timespec, epoll_pwait2(2). */
  static final class Timespec {
    static final int SIZEOF = 16;
    static final int TV_SEC = 0;
    static final int TV_NSEC = 8;

    private Timespec() {}
  }

  /** struct timeval, SO_RCVTIMEO in socket(7). */
  static final class Timeval {
    static final int SIZEOF = 16;
    static final int TV_SEC = 0;
    static final int TV_USEC = 8;

    private Timeval() {}
  }

  /** struct rlimit, getrlimit(2). */
  static final class Rlimit {
    static final int SIZEOF = 16;
    static final int RLIM_CUR = 0;
    static final int RLIM_MAX = 8;

    private Rlimit() {}
  }

  /** struct open_how, openat2(2). */
  static final class OpenHow {
    static final int SIZEOF = 24;
    static final int FLAGS = 0;
    static final int MODE = 8;
    static final int RESOLVE = 16;

    private OpenHow() {}
  }

  /** struct statx, statx(2): the members that {@link Stat} reads. */
  static final class Statx {
    static final int SIZEOF = 256;
    static final int STX_MASK = 0;
    static final int STX_NLINK = 16;
    static final int STX_UID = 20;
    static final int STX_GID = 24;
    static final int STX_MODE = 28;
    static final int STX_INO = 32;
    static final int STX_SIZE = 40;
    static final int STX_MTIME = 112;
    static final int STX_DEV_MAJOR = 136;
    static final int STX_DEV_MINOR = 140;

    private Statx() {}
  }

  /** struct statx_timestamp, statx(2). */
  static final class StatxTimestamp {
    static final int SIZEOF = 16;
    static final int TV_SEC = 0;
    static final int TV_NSEC = 8;

    private StatxTimestamp() {}
  }

  /**
   * struct linux_dirent64, getdents64(2), which the C library calls dirent64: the name ends with
   * NUL, and the record after d_reclen bytes.
   */
  static final class Dirent64 {
    static final int D_RECLEN = 16;
    static final int D_TYPE = 18;
    static final int D_NAME = 19;

    private Dirent64() {}
  }

  /** struct utsname, uname(2): six strings of 65 bytes. */
  static final class Utsname {
    static final int SIZEOF = 390;
    static final int SYSNAME = 0;
    static final int NODENAME = 65;
    static final int RELEASE = 130;
    static final int VERSION = 195;
    static final int MACHINE = 260;

    private Utsname() {}
  }

  // --- datagrams

  /** struct mmsghdr, recvmmsg(2): a struct msghdr and how many bytes were moved. */
  static final class Mmsghdr {
    static final int SIZEOF = 64;
    static final int MSG_HDR = 0;
    static final int MSG_LEN = 56;

    private Mmsghdr() {}
  }

  /** struct ip_mreqn, IP_MULTICAST_IF in ip(7). */
  static final class IpMreqn {
    static final int SIZEOF = 12;
    static final int IMR_IFINDEX = 8;

    private IpMreqn() {}
  }

  /** struct group_req, MCAST_JOIN_GROUP in RFC 3678 section 5.1.1. */
  static final class GroupReq {
    static final int SIZEOF = 136;
    static final int GR_INTERFACE = 0;
    static final int GR_GROUP = 8;

    private GroupReq() {}
  }

  /** struct group_source_req, MCAST_JOIN_SOURCE_GROUP in RFC 3678 section 5.1.1. */
  static final class GroupSourceReq {
    static final int SIZEOF = 264;
    static final int GSR_INTERFACE = 0;
    static final int GSR_GROUP = 8;
    static final int GSR_SOURCE = 136;

    private GroupSourceReq() {}
  }

  /** struct sock_extended_err, IP_RECVERR in ip(7). */
  static final class SockExtendedErr {
    static final int SIZEOF = 16;
    static final int EE_ERRNO = 0;
    static final int EE_ORIGIN = 4;

    private SockExtendedErr() {}
  }

  // --- sources

  /** struct itimerspec, timerfd_create(2). */
  static final class Itimerspec {
    static final int SIZEOF = 32;
    static final int IT_INTERVAL = 0;
    static final int IT_VALUE = 16;

    private Itimerspec() {}
  }

  /** struct signalfd_siginfo, signalfd(2): the members that {@link SignalInfos} reads. */
  static final class SignalfdSiginfo {
    static final int SIZEOF = 128;
    static final int SSI_SIGNO = 0;
    static final int SSI_CODE = 8;
    static final int SSI_PID = 12;
    static final int SSI_UID = 16;
    static final int SSI_STATUS = 40;
    static final int SSI_INT = 44;
    static final int SSI_PTR = 48;

    private SignalfdSiginfo() {}
  }

  /** siginfo_t, sigaction(2): the members that waitid(2) fills. */
  static final class SiginfoT {
    static final int SIZEOF = 128;
    static final int SI_CODE = 8;
    static final int SI_PID = 16;
    static final int SI_STATUS = 24;

    private SiginfoT() {}
  }

  /** struct inotify_event, inotify(7): the name follows at {@link #SIZEOF}. */
  static final class InotifyEvent {
    static final int SIZEOF = 16;
    static final int WD = 0;
    static final int MASK = 4;
    static final int COOKIE = 8;
    static final int LEN = 12;

    private InotifyEvent() {}
  }

  /** struct termios, termios(3), as C libraries have it; the kernel's is shorter. */
  static final class Termios {
    static final int SIZEOF = 60;
    static final int C_LFLAG = 12;

    private Termios() {}
  }

  /** struct winsize, ioctl_tty(2). */
  static final class Winsize {
    static final int SIZEOF = 8;
    static final int WS_ROW = 0;
    static final int WS_COL = 2;

    private Winsize() {}
  }
}
