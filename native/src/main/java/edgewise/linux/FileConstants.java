package edgewise.linux;

/**
 * The numbers of {@link File}, which inherits them so that they are written {@code File.O_CLOEXEC}:
 * a table, kept apart from the calls. From the kernel's uapi headers.
 */
abstract sealed class FileConstants permits File {
  // flags of open(2): four of them have other values on aarch64
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_ACCMODE = 3;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_TRUNC = 0x200;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_DIRECT = Abi.currentOr(Abi.RISCV64).openDirect();
  public static final int O_LARGEFILE = Abi.currentOr(Abi.RISCV64).openLargefile();
  public static final int O_DIRECTORY = Abi.currentOr(Abi.RISCV64).openDirectory();
  public static final int O_NOFOLLOW = Abi.currentOr(Abi.RISCV64).openNofollow();
  public static final int O_NOATIME = 0x40000;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_SYNC = 0x101000;
  public static final int O_PATH = 0x200000;
  public static final int O_TMPFILE = Abi.TMPFILE | O_DIRECTORY;

  // dirfd and flags of the *at calls
  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_REMOVEDIR = 0x200;
  public static final int AT_EMPTY_PATH = 0x1000;

  // cmd of fcntl(2), and the flag of F_GETFD
  public static final int F_DUPFD = 0;
  public static final int F_GETFD = 1;
  public static final int F_SETFD = 2;
  public static final int F_GETFL = 3;
  public static final int F_SETFL = 4;
  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_SETPIPE_SZ = 1031;
  public static final int F_GETPIPE_SZ = 1032;
  public static final int FD_CLOEXEC = 1;

  FileConstants() {}
}
