package edgewise.cli;

import edgewise.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** An address as the user can use it: a URL, or the curl command that reaches the socket. */
final class PrintedAddress {
  private PrintedAddress() {}

  static String of(Endpoint endpoint) {
    if (endpoint instanceof Endpoint.Inet inet) { // no switch over types: docs/startup.md
      return inet(inet.address(), inet.port());
    }
    String text = endpoint.toString();
    if (endpoint instanceof Endpoint.Unix unix) {
      return curl(text, "--unix-socket", unix.path().toString());
    }
    return endpoint instanceof Endpoint.Abstract
        ? curl(text, "--abstract-unix-socket", text.substring("unix:@".length()))
        : text;
  }

  /** Nobody can connect to "any address" everywhere; the loopback address is one of them. */
  private static String inet(InetAddress address, int port) {
    if (!address.isAnyLocalAddress()) {
      return url(host(address), port);
    }
    boolean six = address instanceof Inet6Address;
    return url(six ? "[::1]" : "127.0.0.1", port)
        + " (on every "
        + (six ? "" : "IPv4 ")
        + "address of this machine)";
  }

  private static String url(String host, int port) {
    return "http://" + host + ":" + port + "/";
  }

  private static String host(InetAddress address) {
    return address instanceof Inet6Address six
        ? "[" + shortened(six) + "]"
        : address.getHostAddress();
  }

  /**
   * The form of RFC 5952: the first longest run of two or more zero groups is "::". A scope is
   * written as RFC 6874 says, with "%25".
   */
  static String shortened(Inet6Address address) {
    List<String> groups = groups(address.getAddress());
    int start = -1;
    int length = 1;
    for (int i = 0; i < groups.size(); i++) {
      int zeros = 0;
      while (i + zeros < groups.size() && groups.get(i + zeros).equals("0")) {
        zeros++;
      }
      if (zeros > length) {
        start = i;
        length = zeros;
      }
    }
    String text =
        start < 0
            ? String.join(":", groups)
            : String.join(":", groups.subList(0, start))
                + "::"
                + String.join(":", groups.subList(start + length, groups.size()));
    return address.getScopeId() == 0 ? text : text + "%25" + address.getScopeId();
  }

  private static List<String> groups(byte[] address) {
    var groups = new ArrayList<String>();
    for (int i = 0; i < address.length; i += 2) {
      groups.add(Integer.toHexString((address[i] & 0xff) << 8 | (address[i + 1] & 0xff)));
    }
    return groups;
  }

  private static String curl(String address, String option, String name) {
    return address + " (curl " + option + " " + quoted(name) + " http://localhost/)";
  }

  /** For a shell: in single quotes, unless nothing in it means anything to one. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
