package edgewise.linux.launched;

import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.File;
import edgewise.linux.Libc;
import edgewise.linux.Linux;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Prints what {@link Linux} says in this JVM, and what calls do, one "key: value" per line. */
public final class Report {
  private Report() {}

  /** With the argument "ask", only asks whether native access is enabled. */
  public static void main(String[] arguments) {
    print("enabled", Linux.nativeAccessEnabled());
    if (arguments.length > 0) {
      return;
    }
    print("unavailable", Linux.unavailable());
    print("unavailable again", Linux.unavailable());
    print("libc", Libc.description());
    print("O_DIRECTORY is set", File.O_DIRECTORY != 0);
    print("pwait2", Epoll.hasPwait2());
    print("openat2", File.hasOpenat2());
    attempt("first call", () -> Socket.socket(-1, -1, -1));
    attempt("second call", () -> Socket.socket(-1, -1, -1));
    attempt("open", () -> File.open("/nonexistent", File.O_RDONLY, 0));
    attempt("wait", () -> Epoll.waitNanos(-1, EpollEvents.allocate(Arena.ofAuto(), 1), 1, 1_000));
  }

  private interface Call {
    int run();
  }

  private static void attempt(String key, Call call) {
    try {
      print(key, call.run());
    } catch (RuntimeException | Error e) {
      print(key, e);
    }
  }

  private static void print(String key, @Nullable Object value) {
    System.out.println(key + ": " + value);
  }
}
