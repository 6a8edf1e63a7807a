package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintedAddressTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "127.0.0.1:8080,     http://127.0.0.1:8080/",
        "[::1]:8080,         http://[::1]:8080/",
        "[2001:db8::a:0:1]:1,http://[2001:db8::a:0:1]:1/",
        "0.0.0.0:80,         http://127.0.0.1:80/ (on every IPv4 address of this machine)",
        "[::]:80,            http://[::1]:80/ (on every address of this machine)",
        "unix:/run/a.sock,   unix:/run/a.sock (curl --unix-socket /run/a.sock http://localhost/)",
        "unix:/tmp/it's,     unix:/tmp/it's (curl --unix-socket '/tmp/it'\\''s' http://localhost/)",
        "unix:@app,          unix:@app (curl --abstract-unix-socket app http://localhost/)"
      })
  void isWhatTheUserCanPasteIntoABrowserOrAShell(String address, String printed) {
    assertEquals(printed, PrintedAddress.of(Endpoint.parse(address)));
  }

  /** The examples of RFC 5952, sections 4 and 5. */
  @ParameterizedTest
  @CsvSource({
    "2001:0db8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1,  2001:db8:0:1:1:1:1:1",
    "2001:db8:0:0:1:0:0:1,  2001:db8::1:0:0:1",
    "2001:0:0:1:0:0:0:1,    2001:0:0:1::1",
    "0:0:0:0:0:0:0:0,       ::",
    "1:0:0:0:0:0:0:0,       1::",
    "2001:DB8:A:B:C:D:E:F,  2001:db8:a:b:c:d:e:f"
  })
  void ipv6IsShortenedAsRfc5952Says(String address, String expected) throws Exception {
    assertEquals(expected, PrintedAddress.shortened((Inet6Address) InetAddress.getByName(address)));
  }

  @org.junit.jupiter.api.Test
  void aScopeIsWrittenAsRfc6874Says() throws Exception {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
    assertEquals(
        "fe80::1%253", PrintedAddress.shortened(Inet6Address.getByAddress(null, linkLocal, 3)));
  }
}
