package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Addresses as bytes; what the kernel makes of them is in {@link UnixSocketTest}. */
class SockaddrTest {
  private final Sockaddr address = Sockaddr.allocate(Arena.ofAuto());

  @Test
  void ipv4RoundTrips() {
    byte[] host = {(byte) 192, 0, 2, (byte) 255};
    address.inet(host, 65535, 0, 0);
    assertEquals(Socket.AF_INET, address.family());
    assertEquals(16, address.length());
    assertArrayEquals(host, address.address());
    assertEquals(65535, address.port());
    assertEquals(0, address.scopeId());
    assertEquals(0, address.flowinfo());
    assertEquals("192.0.2.255:65535", address.toString());
  }

  @Test
  void ipv6RoundTripsWithScopeAndFlow() {
    byte[] host = new byte[16];
    host[0] = (byte) 0xfe;
    host[1] = (byte) 0x80;
    host[15] = 1;
    address.inet(host, 258, 3, 0x0abc_def1);
    assertEquals(Socket.AF_INET6, address.family());
    assertEquals(28, address.length());
    assertArrayEquals(host, address.address());
    assertEquals(258, address.port());
    assertEquals(3, address.scopeId());
    assertEquals(0x0abc_def1, address.flowinfo());
    assertEquals("[fe80:0:0:0:0:0:0:1%3]:258", address.toString());
  }

  @Test
  void portAndFlowAreInNetworkOrder() {
    address.inet(new byte[16], 0x0102, 0, 0x0304_0506);
    byte[] raw = address.storage().toArray(ValueLayout.JAVA_BYTE);
    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, Arrays.copyOfRange(raw, 2, 8));
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> address.inet(new byte[5], 1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> address.inet(new byte[4], -1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> address.inet(new byte[4], 65536, 0, 0));
    assertEquals(Socket.AF_UNSPEC, address.family());
    assertEquals("no address", address.toString());
  }

  @Test
  void aUnixPathIsCountedWithItsNul() {
    address.unix(bytes("/run/ünix.sock"));
    assertEquals(Socket.AF_UNIX, address.family());
    assertEquals(2 + 15 + 1, address.length());
    assertArrayEquals(bytes("/run/ünix.sock"), address.unixPath());
    assertFalse(address.isAbstract());
    assertFalse(address.isUnnamed());
    assertEquals("unix:/run/ünix.sock", address.toString());
  }

  @Test
  void aUnixPathOf108BytesFitsAnd109AreRefused() {
    address.unix(filled(108));
    assertEquals(110, address.length(), "there is no room for a NUL");
    assertArrayEquals(filled(108), address.unixPath());
    address.unix(filled(107));
    assertEquals(110, address.length());
    assertArrayEquals(filled(107), address.unixPath());
    var refused = assertThrows(IllegalArgumentException.class, () -> address.unix(filled(109)));
    assertTrue(refused.toString().contains("at most 108 bytes, this one has 109"));
    assertArrayEquals(filled(107), address.unixPath(), "nothing was overwritten");
  }

  @Test
  void aUnixPathWithoutSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> address.unix(new byte[0]));
    assertThrows(IllegalArgumentException.class, () -> address.unix(bytes("a\0b")));
    assertThrows(IllegalArgumentException.class, () -> address.unix(bytes("\0abstract")));
  }

  @Test
  void anAbstractNameIsItsLengthAndMayContainNul() {
    byte[] name = {0, 'a', 0, 0, (byte) 0xff, 0};
    address.abstractName(name);
    assertEquals(2 + 1 + 6, address.length());
    assertTrue(address.isAbstract());
    assertFalse(address.isUnnamed());
    assertArrayEquals(name, address.abstractName());
    assertThrows(IllegalStateException.class, address::unixPath);
  }

  @Test
  void anAbstractNameOf107BytesFitsAnd108AreRefused() {
    address.abstractName(filled(107));
    assertEquals(110, address.length());
    assertArrayEquals(filled(107), address.abstractName());
    assertThrows(IllegalArgumentException.class, () -> address.abstractName(filled(108)));
  }

  @Test
  void anEmptyAbstractNameIsNotAnUnnamedAddress() {
    address.abstractName(new byte[0]);
    assertEquals(3, address.length());
    assertTrue(address.isAbstract());
    assertArrayEquals(new byte[0], address.abstractName());
    assertEquals("unix:@", address.toString());

    address.unnamed();
    assertEquals(2, address.length());
    assertFalse(address.isAbstract());
    assertTrue(address.isUnnamed());
    assertArrayEquals(new byte[0], address.unixPath());
    assertThrows(IllegalStateException.class, address::abstractName);
    assertEquals("unix:", address.toString());
  }

  @Test
  void aLongPathOfAnotherProgramIsReadWhole() {
    address.unix(filled(107));
    address.storage().set(ValueLayout.JAVA_BYTE, 2 + 107, (byte) 'z');
    assertEquals(108, address.unixPath().length, "108 bytes, and the length ends them");
    address.length(111);
    assertEquals(108, address.unixPath().length, "108 bytes and the NUL that the kernel added");
    address.length(2 + 50);
    assertEquals(50, address.unixPath().length, "no NUL, the length ends it");
  }

  @Test
  void aLengthBeyondTheStorageIsNotBelieved() {
    address.unix(filled(107));
    address.length(1000);
    assertEquals(128, address.length());
    assertEquals(107, address.unixPath().length);
  }

  @Test
  void anotherFamilyHasNoPortAndNoPath() {
    address.unnamed();
    assertThrows(IllegalStateException.class, address::port);
    assertThrows(IllegalStateException.class, address::address);
    address.inet(new byte[4], 1, 0, 0);
    assertThrows(IllegalStateException.class, address::unixPath);
    assertFalse(address.isUnnamed());
    address.storage().set(ValueLayout.JAVA_SHORT, 0, (short) Socket.AF_VSOCK);
    assertEquals("address family 40", address.toString());
  }

  @Test
  void aShorterAddressLeavesNothingOfALongerOne() {
    address.unix(filled(107));
    address.unix(bytes("a"));
    assertArrayEquals(bytes("a"), address.unixPath());
    assertEquals(0, address.storage().get(ValueLayout.JAVA_BYTE, 50));
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
