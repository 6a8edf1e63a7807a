package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.examples.DnsMessage;
import edgewise.examples.DnsMessage.Question;
import edgewise.examples.DnsMessage.Response;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages of the resolver example: right ones, and what a hostile server may send. */
class DnsMessageTest {
  private static final Question QUESTION = Question.of("www.example.test.", "A");
  private static final String HEAD = "1234 8180 0001 0002 0000 0000";
  private static final String NAME = "03 777777 07 6578616d706c65 04 74657374 00";
  private static final String ASKED = HEAD + NAME + "0001 0001";

  /** Two answers: a CNAME that is compressed, and an address of what it points to (at 0x2e). */
  private static final String GOOD =
      ASKED
          + "c00c 0005 0001 0000003c 0007 04 686f7374 c010"
          + "c02e 0001 0001 0000003c 0004 c0000201";

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static Response parse(String hex) throws ProtocolException {
    return DnsMessage.parse(bytes(hex), 0x1234, QUESTION);
  }

  @Test
  void aQueryIsWrittenAsTheRfcSays() {
    String expected = "1234 0100 0001 0000 0000 0000" + NAME + "0001 0001";
    assertEquals(bytes(expected), DnsMessage.query(0x1234, QUESTION));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a..b", ".a", "a-label-of-more-than-63-bytes-is-not-a-label-that-a-name-can-have"})
  void whatIsNoNameIsRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> DnsMessage.query(1, Question.of(name, "A")));
    assertThrows(
        IllegalArgumentException.class,
        () -> DnsMessage.query(1, Question.of("a.".repeat(128) + "a", "A")));
  }

  @Test
  void compressedNamesAreFollowed() throws Exception {
    Response response = parse(GOOD);
    assertEquals(0, response.code());
    assertEquals(
        List.of("www.example.test 60 CNAME host.example.test", "host.example.test 60 A 192.0.2.1"),
        response.answers().stream().map(Object::toString).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4321 8180 0001 0000 0000 0000" + NAME + "0001 0001", // another id
        "1234 0100 0001 0000 0000 0000" + NAME + "0001 0001", // a query
        "1234 9180 0001 0000 0000 0000" + NAME + "0001 0001", // another opcode
        "1234 8180 0000 0000 0000 0000", // no question
        "1234 8180 0001 0000 0000 0000" + NAME + "001c 0001", // another type
        "1234 8180 0001 0000 0000 0000 03 777777 00 0001 0001", // another name
        ASKED + "c00c 0001 0001 0000003c 0003 c00002 c00c 0001 0001 0000003c 0004 c0000201",
        ASKED + "c00c 0001 0001 0000003c 0005 c000020100 c00c 0001 0001 0000003c 0004 c0000201",
        ASKED + "c00c 0001 0001 0000003c ffff c0000201",
        ASKED + "c022 0001 0001 0000003c 0004 c0000201", // a pointer to itself
        ASKED + "c024 c022 0001 0000003c 0004 c0000201", // forward
        ASKED + "01 61 c022 0001 0001 0000003c 0004 c0000201", // a loop
        ASKED + "40 0001 0001 0000003c 0004 c0000201", // a label type that nobody uses
        ASKED + "ff"
      })
  void hostileAnswersAreRefused(String hex) {
    assertThrows(ProtocolException.class, () -> parse(hex));
  }

  @Test
  void anAnswerThatEndsTooEarlyIsRefusedWhereverItEnds() {
    ByteBuffer good = bytes(GOOD);
    for (int length = 0; length < good.limit(); length++) {
      ByteBuffer cut = good.slice(0, length);
      assertThrows(ProtocolException.class, () -> DnsMessage.parse(cut, 0x1234, QUESTION));
    }
  }

  @Test
  void anyBytesEndInAnAnswerOrAProtocolException() {
    var random = new Random(35);
    byte[] good = bytes(GOOD).array();
    int answers = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] changed = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        answers += DnsMessage.parse(ByteBuffer.wrap(changed), 0x1234, QUESTION).answers().size();
      } catch (ProtocolException refused) {
        assertTrue(Rig.text(refused).startsWith("not a DNS response"));
      }
    }
    assertTrue(answers > 0);
  }

  @Test
  void aTruncatedAnswerSaysSo() throws Exception {
    Response response = parse(ASKED.replace("8180", "8380") + "c00c 00");
    assertTrue(response.truncated());
    assertEquals(List.of(), response.answers());
  }
}
