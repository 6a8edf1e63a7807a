package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries and form bodies. */
class ParametersTest {
  private static String shown(Parameters parameters) {
    var text = new StringBuilder();
    for (String name : parameters.names()) {
      text.append(name).append(parameters.all(name));
    }
    return text.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "a=b&c=d           > a[b]c[d]",
        "a=1&b=2&a=3       > a[1, 3]b[2]",
        "a                 > a[]",
        "a=                > a[]",
        "=a                > [a]",
        "a=b=c             > a[b=c]",
        "&&a=b&&           > a[b]",
        "a+b=c+d%2B        > a b[c d+]",
        "%61%3D=%26        > a=[&]",
        "a=%C3%BC%e2%82%ac > a[ü€]",
        "a=ü               > a[ü]",
        "A=1&a=2           > A[1]a[2]",
        "a;b=c             > a;b[c]",
        "a=%00             > `a[\0]`",
      })
  void pairsAreSplitThenDecoded(String text, String expected) {
    assertEquals(expected, shown(Parameters.parse(text.strip())));
  }

  @Test
  void theFirstOfANameCounts() {
    Parameters parameters = Parameters.parse("a=1&b=2&a=3");
    assertEquals("1", parameters.first("a"));
    assertNull(parameters.first("c"));
    assertEquals(List.of(), parameters.all("c"));
    assertFalse(parameters.isEmpty());
    assertEquals("Parameters[3]", parameters.toString());
  }

  @Test
  void noQueryAndAnEmptyOneHaveNoParameters() {
    assertTrue(Parameters.parse((String) null).isEmpty());
    assertTrue(Parameters.parse("").isEmpty());
    assertTrue(Parameters.parse("&").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id=%", "id=%4", "id=%zz", "id=%4g", "id=x%", // percent signs
        "id=%ff", "id=%C3", "id=%c0%80", "id=%ed%a0%80", "id=%f5%80%80%80", // not UTF-8
      })
  void whatCannotBeDecodedIsRefusedByName(String text) {
    var refused = assertThrows(StatusException.class, () -> Parameters.parse("a=b&" + text));
    assertEquals(400, refused.status());
    assertEquals("the parameter 'id' is not UTF-8 in percent-encoding", refused.getMessage());
  }

  @Test
  void aNameThatCannotBeDecodedIsShownAsItCame() {
    var refused = assertThrows(StatusException.class, () -> Parameters.parse("%f\r\n=b"));
    assertEquals(
        "the parameter name '%f??' is not UTF-8 in percent-encoding", refused.getMessage());
  }

  @Test
  void aLongNameIsNotRepeatedWhole() {
    String name = "n".repeat(5000);
    var refused = assertThrows(StatusException.class, () -> Parameters.parse(name + "=%"));
    assertTrue(String.valueOf(refused.getMessage()).length() < 120);
  }

  @Test
  void onlyWhatIsLeftInTheBufferIsRead() {
    ByteBuffer body = ByteBuffer.wrap(Cuts.octets("xxa=\u00c3\u00bcyy")).position(2).limit(6);
    assertEquals("a[ü]", shown(Parameters.parse(body)));
    assertEquals(2, body.position());
  }

  @Test
  void theirNumberIsLimited() {
    String most = "a&".repeat(Parameters.MAX_COUNT);
    assertEquals(1000, Parameters.parse(most).all("a").size());
    var refused = assertThrows(StatusException.class, () -> Parameters.parse(most + "b"));
    assertEquals(400, refused.status());
    assertEquals("there are more than 1000 parameters", refused.getMessage());
  }

  @Test
  void theyCannotBeChanged() {
    Parameters parameters = Parameters.parse("a=b");
    assertThrows(RuntimeException.class, () -> parameters.all("a").add("c"));
    assertThrows(RuntimeException.class, () -> parameters.names().clear());
  }
}
