package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 12.5.3, for a server that has br and gzip and likes br better. */
class AcceptEncodingTest {
  private static final List<String> BOTH = List.of("br", "gzip");

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      nullValues = "none",
      value = {
        "''                              > identity",
        "gzip                            > gzip",
        "br, gzip                        > br",
        "gzip, br                        > br",
        "gzip, deflate, br, zstd         > br",
        "GZip                            > gzip",
        "x-gzip                          > gzip",
        "gzip;q=1.0, br;q=0.9            > gzip",
        "gzip;q=0.001, br;q=0            > gzip",
        "gzip ; q=0.5 , br;Q=0.4         > gzip",
        "*                               > br",
        "br;q=0, *                       > gzip",
        "deflate, gzip;q=1.0, *;q=0.5    > gzip",
        "*;q=0                           > none",
        "identity;q=0                    > none",
        "identity;q=0, gzip              > gzip",
        "identity;q=0, gzip;q=0          > none",
        "*;q=0, identity                 > identity",
        "*;q=0, identity;q=0.1           > identity",
        "gzip;q=0                        > identity",
        "gzip;q=0.5, identity            > identity",
        "gzip;q=0.5, identity;q=0.5      > gzip",
        "compress, deflate               > identity",
      })
  void theClientsFavouriteIsChosen(String field, String chosen) {
    assertEquals(chosen, AcceptEncoding.parse(List.of(field)).choose(BOTH));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gzip;q=2",
        "gzip;q=1.001",
        "gzip;q=-1",
        "gzip;q=.5",
        "gzip;q=0.5000",
        "gzip;q=",
        "gzip;level=9",
        "gzip;q=1;q=1",
        "g zip",
        ",,;q=1,=",
        "\"gzip\"",
      })
  void whatIsWrongIsPassedOver(String field) {
    assertEquals("identity", AcceptEncoding.parse(List.of(field)).choose(BOTH));
    assertEquals("br", AcceptEncoding.parse(List.of(field + ", br;q=0.1")).choose(BOTH));
  }

  @Test
  void noFieldIsNoCodingAndSeveralFieldsAreOneList() {
    assertEquals("identity", AcceptEncoding.parse(List.of()).choose(BOTH));
    var two = AcceptEncoding.parse(List.of("identity;q=0", "gzip;q=0.1"));
    assertEquals("gzip", two.choose(BOTH));
    assertTrue(two.forbidsIdentity());
    assertNull(two.choose(List.of("br")));
    assertNull(two.choose(List.of()));
    assertEquals(100, two.weight("gzip"));
    assertEquals(AcceptEncoding.FORBIDDEN, two.weight("br"));
  }

  @Test
  void textIsCompressibleAndWhatIsCompressedAlreadyIsNot() {
    for (String name :
        List.of("a.html", "a.svg", "a.json", "a.wasm", "a.rss", "a.geojson", "a.ttf")) {
      assertTrue(MediaTypes.isCompressible(MediaTypes.of(name)), name);
    }
    for (String name : List.of("a.png", "a.zip", "a.woff2", "a.mp4", "a.docx", "a.gz", "unknown")) {
      assertFalse(MediaTypes.isCompressible(MediaTypes.of(name)), name);
    }
    assertTrue(MediaTypes.isCompressible("Application/Problem+JSON ; charset=utf-8"));
    assertTrue(MediaTypes.isCompressible("image/svg+xml"));
    assertFalse(MediaTypes.isCompressible(""));
  }
}
