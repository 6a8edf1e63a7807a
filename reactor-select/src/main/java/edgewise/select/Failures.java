package edgewise.select;

import edgewise.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns an exception of the JDK, which stays its cause, into the one that the epoll backend throws:
 * with the call, what it was about, and the name of the errno.
 *
 * <p>The JDK does not tell the errno but strerror(3)'s text of it. In a locale with translated
 * texts no name is found; then the JDK's type and text remain.
 */
final class Failures {
  static final Logger log = LoggerFactory.getLogger(Failures.class);

  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("Operation not permitted", "EPERM"),
          Map.entry("No such file or directory", "ENOENT"),
          Map.entry("Resource temporarily unavailable", "EAGAIN"),
          Map.entry("Permission denied", "EACCES"),
          Map.entry("Not a directory", "ENOTDIR"),
          Map.entry("Invalid argument", "EINVAL"),
          Map.entry("Too many open files in system", "ENFILE"),
          Map.entry("Too many open files", "EMFILE"),
          Map.entry("Read-only file system", "EROFS"),
          Map.entry("Broken pipe", "EPIPE"),
          Map.entry("Unix domain path too long", "ENAMETOOLONG"), // the JDK's own words
          Map.entry("File name too long", "ENAMETOOLONG"),
          Map.entry("Message too long", "EMSGSIZE"),
          Map.entry("Protocol error", "EPROTO"),
          Map.entry("Protocol not available", "ENOPROTOOPT"),
          Map.entry("Protocol wrong type for socket", "EPROTOTYPE"),
          Map.entry("Address family not supported by protocol", "EAFNOSUPPORT"),
          Map.entry("Address already in use", "EADDRINUSE"),
          Map.entry("Cannot assign requested address", "EADDRNOTAVAIL"),
          Map.entry("Network is down", "ENETDOWN"),
          Map.entry("Network is unreachable", "ENETUNREACH"),
          Map.entry("Software caused connection abort", "ECONNABORTED"),
          Map.entry("Connection reset by peer", "ECONNRESET"),
          Map.entry("Connection reset", "ECONNRESET"), // the JDK's own words
          Map.entry("No buffer space available", "ENOBUFS"),
          Map.entry("Transport endpoint is not connected", "ENOTCONN"),
          Map.entry("Connection timed out", "ETIMEDOUT"),
          Map.entry("Connection refused", "ECONNREFUSED"),
          Map.entry("Host is down", "EHOSTDOWN"),
          Map.entry("No route to host", "EHOSTUNREACH"),
          Map.entry("Machine is not on the network", "ENONET"));

  private Failures() {}

  /** The failure of a call about a socket, or about a connection. */
  static IOException socket(String call, @Nullable Object about, IOException e) {
    if (e instanceof ClosedChannelException) {
      return e; // ours, not the kernel's
    }
    String message = message(call, about, e);
    IOException failure =
        switch (name(e)) {
          case "ECONNREFUSED", "ETIMEDOUT" -> new ConnectException(message);
          case "EADDRINUSE", "EADDRNOTAVAIL" -> new BindException(message);
          case "EHOSTUNREACH", "ENETUNREACH" -> new NoRouteToHostException(message);
          case null -> sameType(e, message);
          default -> new SocketException(message);
        };
    failure.initCause(e);
    return failure;
  }

  private static SocketException sameType(IOException e, String message) {
    return switch (e) {
      case ConnectException _ -> new ConnectException(message);
      case BindException _ -> new BindException(message);
      case NoRouteToHostException _ -> new NoRouteToHostException(message);
      default -> new SocketException(message);
    };
  }

  /** The failure of bind(2) or listen(2): whatever it is, the address cannot be had. */
  static IOException bind(Endpoint address, IOException e) {
    if (e instanceof BindException && e.getMessage() != null && e.getMessage().startsWith("bind")) {
      return e; // told in full already, by SocketFile
    }
    String name = name(e);
    String remedy =
        switch (name) {
          case "EADDRINUSE" -> "; stop the program that uses it, or choose another address";
          case "EACCES" -> "; a port below 1024 or this directory takes more rights";
          case "EADDRNOTAVAIL" -> "; it is not an address of this machine";
          case "ENAMETOOLONG" -> "; the JDK takes paths of at most 106 bytes";
          case null, default -> "";
        };
    var failure = new BindException(message("bind", address, e) + remedy);
    failure.initCause(e);
    return failure;
  }

  /** The machine or the JDK has no sockets of this kind. */
  static IOException noFamily(Endpoint endpoint, UnsupportedOperationException e) {
    var failure =
        new SocketException(
            "socket for " + endpoint + ": EAFNOSUPPORT (Address family not supported by protocol)");
    failure.initCause(e);
    return failure;
  }

  private static String message(String call, @Nullable Object about, IOException e) {
    String name = name(e);
    String text = text(e);
    return call + " " + about + ": " + (name == null ? text : name + " (" + text + ")");
  }

  private static String text(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "No such file or directory"; // their message is the path
      case AccessDeniedException _ -> "Permission denied";
      case FileAlreadyExistsException _ -> "Address already in use";
      case PortUnreachableException _ -> "Connection refused"; // without a message
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  /** The name of the errno behind an exception, or null if that cannot be told. */
  private static @Nullable String name(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "ENOENT";
      case AccessDeniedException _ -> "EACCES";
      case FileAlreadyExistsException _ -> "EADDRINUSE";
      case PortUnreachableException _ -> "ECONNREFUSED";
      default -> nameByText(String.valueOf(e.getMessage()));
    };
  }

  /** With jdk.includeInExceptions set, the JDK puts the address behind the text. */
  private static @Nullable String nameByText(String message) {
    String exact = NAMES.get(message);
    if (exact == null) {
      for (var entry : NAMES.entrySet()) {
        if (message.startsWith(entry.getKey() + ":")) {
          return entry.getValue();
        }
      }
    }
    return exact;
  }

  /** The queue of an AF_UNIX listener is full, connect(2). */
  static boolean isTryAgain(IOException e) {
    return "EAGAIN".equals(name(e));
  }

  static boolean isReset(IOException e) {
    return "ECONNRESET".equals(name(e));
  }

  /** Failures of the one connection that accept(2) passes on; the next one may be had. */
  static boolean isOfTheNetwork(IOException e) {
    return switch (name(e)) {
      case "ECONNABORTED",
          "EPROTO",
          "ENETDOWN",
          "ENOPROTOOPT",
          "EHOSTDOWN",
          "ENONET",
          "EHOSTUNREACH",
          "ENETUNREACH",
          "EPERM" ->
          true;
      case null, default -> false;
    };
  }

  /** The descriptor is free whatever close(2) returns. */
  static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("close of {}", channel, e);
    }
  }
}
