package edgewise.http;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the header of a part says, RFC 7578 section 4. Its values are UTF-8, section 5.1. */
record PartHeader(String name, @Nullable String filename, @Nullable String contentType) {
  /** Codings that change nothing; section 4.7 has no use for any. */
  private static final List<String> IDENTITIES = List.of("binary", "8bit", "7bit");

  /**
   * Reads the fields of one part.
   *
   * @param number of the part, from 1, for the reason
   * @throws StatusException 400 if something is missing or malformed
   */
  static PartHeader read(ByteBuffer in, FieldTable table, int number) {
    String disposition = single(in, table, "Content-Disposition", number);
    if (disposition == null) {
      throw malformed(number, "it has no Content-Disposition");
    }
    ParameterizedValue parsed = ParameterizedValue.parse(disposition);
    if (parsed == null || !parsed.value().equals("form-data")) {
      throw malformed(number, "its Content-Disposition is not form-data with parameters");
    }
    String name = parsed.parameters().get("name");
    if (name == null) {
      throw malformed(number, "its Content-Disposition has no name");
    }
    checkExtended(parsed, number);
    String coding = single(in, table, "Content-Transfer-Encoding", number);
    if (coding != null && !IDENTITIES.contains(coding.toLowerCase(Locale.ROOT))) {
      throw malformed(number, "it has a Content-Transfer-Encoding; send it as it is");
    }
    return new PartHeader(
        name, parsed.parameters().get("filename"), single(in, table, "Content-Type", number));
  }

  /**
   * Section 4.2 forbids filename*. To ignore it would make a file a plain value where it stands
   * alone, and beside a filename there would be two names, of which each program on the way chooses
   * one.
   */
  private static void checkExtended(ParameterizedValue disposition, int number) {
    for (String parameter : disposition.parameters().keySet()) {
      if (parameter.endsWith("*")) {
        throw malformed(
            number, "a name with an asterisk is not allowed here; send filename in UTF-8");
      }
    }
  }

  /** The value of the field; null if it is not there. */
  private static @Nullable String single(ByteBuffer in, FieldTable table, String name, int number) {
    int field = table.find(in, 0, name, 0);
    if (field == FieldTable.NONE) {
      return null;
    }
    if (table.find(in, 0, name, field + 1) != FieldTable.NONE) {
      throw malformed(number, "it has more than one " + name);
    }
    int start = table.valueStart(field);
    String value = PercentDecoder.utf8(in.slice(start, table.valueEnd(field) - start));
    if (value == null) {
      throw malformed(number, "its " + name + " is not UTF-8");
    }
    return value;
  }

  private static StatusException malformed(int number, String what) {
    return new StatusException(400, "part " + number + " is malformed: " + what);
  }
}
