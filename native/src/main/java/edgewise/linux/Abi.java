package edgewise.linux;

import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The binary interfaces between a program and the Linux kernel that Edgewise knows, and everything
 * in which they differ. All three are 64 bits wide, little endian, LP64, and use the kernel's
 * asm-generic numbers except where a column below says otherwise; layouts that are the same on all
 * of them are in {@code Struct}. Values come from the kernel's uapi headers of each architecture;
 * the tests compare them with the headers of this machine and of cross compilers.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/syscall.2.html">syscall(2)</a>
 */
public enum Abi {
  /** The one that packs struct epoll_event, so that it looked the same to 32-bit programs. */
  X86_64("x86-64", 12, 4, 0x4000, 0x8000, 0x1_0000, 0x2_0000, 257, 217),
  /** 64-bit Arm, which kept the file flags of 32-bit Arm. */
  AARCH64("aarch64", 16, 8, 0x1_0000, 0x2_0000, 0x4000, 0x8000, 56, 61),
  /** 64-bit RISC-V: asm-generic throughout. */
  RISCV64("riscv64", 16, 8, 0x4000, 0x8000, 0x1_0000, 0x2_0000, 56, 61);

  // Numbers for syscall(2), of calls that a C library may have no function for. From 424 on, a call
  // has one number on every architecture.
  static final long SYS_PIDFD_SEND_SIGNAL = 424;
  static final long SYS_PIDFD_OPEN = 434;
  static final long SYS_OPENAT2 = 437;
  static final long SYS_EPOLL_PWAIT2 = 441;

  /** The bit of O_TMPFILE beside O_DIRECTORY. */
  static final int TMPFILE = 0x40_0000;

  private final String label;
  private final int epollEventSize;
  private final int epollEventDataOffset;
  private final int openDirect;
  private final int openLargefile;
  private final int openDirectory;
  private final int openNofollow;
  private final int openat;
  private final int getdents64;

  Abi(
      String label,
      int epollEventSize,
      int epollEventDataOffset,
      int openDirect,
      int openLargefile,
      int openDirectory,
      int openNofollow,
      int openat,
      int getdents64) {
    this.label = label;
    this.epollEventSize = epollEventSize;
    this.epollEventDataOffset = epollEventDataOffset;
    this.openDirect = openDirect;
    this.openLargefile = openLargefile;
    this.openDirectory = openDirectory;
    this.openNofollow = openNofollow;
    this.openat = openat;
    this.getdents64 = getdents64;
  }

  /**
   * The interface of this process.
   *
   * @throws UnsupportedOperationException where this is not Linux on one of these architectures,
   *     with the reason that {@link Linux#unavailable()} gives
   */
  public static Abi current() {
    Abi abi = Detected.ABI;
    if (abi == null) {
      throw new UnsupportedOperationException(Detected.REASON);
    }
    return abi;
  }

  /**
   * The interface of this process, or {@code fallback} where there is none. For constants: a class
   * that holds them must load anywhere, and where there is no interface they cannot reach a kernel.
   */
  static Abi currentOr(Abi fallback) {
    Abi abi = Detected.ABI;
    return abi == null ? fallback : abi;
  }

  /** Why there is no interface for this process, or null where there is one. */
  static @Nullable String unsupported() {
    return Detected.REASON;
  }

  /** Why nothing here fits the machine described, or null. */
  static @Nullable String unsupported(String osName, String osArch, boolean bigEndian) {
    if (!osName.equals("Linux")) {
      return "Linux system calls need Linux, and this is " + osName;
    }
    if (of(osArch) == null || bigEndian) {
      return "no layouts of kernel structures for the architecture "
          + osArch
          + (bigEndian ? " (big endian)" : "")
          + ": Edgewise knows 64-bit x86-64, aarch64 and riscv64";
    }
    return null;
  }

  /** By the JDK's name of the architecture; null for an unknown one. */
  static @Nullable Abi of(String osArch) {
    return switch (osArch.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64", "x86-64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      case "riscv64" -> RISCV64;
      default -> null;
    };
  }

  /** The usual name: "x86-64", "aarch64" or "riscv64". */
  public String label() {
    return label;
  }

  /** Bytes of one struct epoll_event: 12 on x86-64, 16 elsewhere. */
  public int epollEventSize() {
    return epollEventSize;
  }

  /** Where the data of a struct epoll_event starts. */
  public int epollEventDataOffset() {
    return epollEventDataOffset;
  }

  int openDirect() {
    return openDirect;
  }

  int openLargefile() {
    return openLargefile;
  }

  int openDirectory() {
    return openDirectory;
  }

  int openNofollow() {
    return openNofollow;
  }

  /** The number of openat(2), which {@link Syscall} calls by number. */
  int openat() {
    return openat;
  }

  /** The number of getdents64(2), for which glibc has a function since 2.30, and musl none. */
  int getdents64() {
    return getdents64;
  }

  /**
   * What differs, by C name: "O_DIRECT", "sizeof_epoll_event", "offsetof_epoll_event_data".
   * O_TMPFILE is in it because it includes O_DIRECTORY.
   */
  Map<String, Integer> differences() {
    return Map.of(
        "SYS_OPENAT", openat,
        "SYS_GETDENTS64", getdents64,
        "O_DIRECT", openDirect,
        "O_LARGEFILE", openLargefile,
        "O_DIRECTORY", openDirectory,
        "O_NOFOLLOW", openNofollow,
        "O_TMPFILE", TMPFILE | openDirectory,
        "sizeof_epoll_event", epollEventSize,
        "offsetof_epoll_event_events", 0,
        "offsetof_epoll_event_data", epollEventDataOffset);
  }

  /** Found at first use, and never by throwing: this class must load on any machine. */
  private static final class Detected {
    static final @Nullable String REASON =
        unsupported(
            System.getProperty("os.name", "an unknown system"),
            System.getProperty("os.arch", "unknown"),
            ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
    static final @Nullable Abi ABI = REASON == null ? of(System.getProperty("os.arch", "")) : null;

    private Detected() {}
  }
}
