package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a query, or of a body that is {@code application/x-www-form-urlencoded}: {@code
 * a=b&c=d%20e+f}. Immutable; the order is kept, and a name may come more than once.
 *
 * <p>They are split and decoded as the WHATWG URL standard says ("application/x-www-form-urlencoded
 * parsing"), with one difference: a percent sign without two hexadecimal digits, and octets that
 * are not UTF-8, are 400 here, where a browser would go on with something that nobody sent. A pair
 * without an equals sign has an empty value; between two ampersands there may be nothing.
 */
public final class Parameters {
  /** More parameters are 400: each costs an entry in a table, so a small body would cost much. */
  public static final int MAX_COUNT = 1000;

  private final NamedValues values = new NamedValues();

  private Parameters() {}

  /**
   * Reads a query as {@link Request#query()} gives it.
   *
   * @param text null is read as no parameters
   * @throws StatusException 400 if there are more than {@link #MAX_COUNT}, or one cannot be decoded
   */
  public static Parameters parse(@Nullable String text) {
    if (text == null) {
      return new Parameters();
    }
    return parse(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), MAX_COUNT);
  }

  /**
   * Reads a body as {@link Request#body()} gives it, whose length has been limited already.
   *
   * @throws StatusException 400 if there are more than {@link #MAX_COUNT}, or one cannot be decoded
   */
  public static Parameters parse(ByteBuffer octets) {
    return parse(octets, MAX_COUNT);
  }

  /**
   * Reads all that is left in the buffer, and leaves the buffer as it is.
   *
   * @param maxCount how many parameters there may be
   * @throws StatusException 400 if there are more, or one cannot be decoded
   */
  public static Parameters parse(ByteBuffer octets, int maxCount) {
    var parameters = new Parameters();
    int limit = octets.limit();
    int start = octets.position();
    while (start < limit) {
      int end = indexOf('&', octets, start, limit);
      if (end > start) {
        if (parameters.values.count() == maxCount) {
          throw new StatusException(400, "there are more than " + maxCount + " parameters");
        }
        parameters.add(octets, start, end);
      }
      start = end + 1;
    }
    return parameters;
  }

  private void add(ByteBuffer in, int start, int end) {
    int nameEnd = indexOf('=', in, start, end);
    String name = PercentDecoder.decodeForm(in, start, nameEnd);
    if (name == null) {
      String came = Shown.of(Octets.latin1(in, start, nameEnd));
      throw new StatusException(
          400, "the parameter name " + came + " is not UTF-8 in percent-encoding");
    }
    String value = PercentDecoder.decodeForm(in, Math.min(nameEnd + 1, end), end);
    if (value == null) {
      throw new StatusException(
          400, "the parameter " + Shown.of(name) + " is not UTF-8 in percent-encoding");
    }
    values.add(name, value);
  }

  /** Where the octet stands, or the end. */
  private static int indexOf(char octet, ByteBuffer in, int start, int end) {
    int i = start;
    while (i < end && in.get(i) != octet) {
      i++;
    }
    return i;
  }

  /** The first value of that name, or null. Case matters. */
  public @Nullable String first(String name) {
    return values.first(name);
  }

  /** The values of that name in their order; empty if there is none. */
  public List<String> all(String name) {
    return values.all(name);
  }

  /** The names, each once, in the order in which they first came. */
  public Set<String> names() {
    return values.names();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return values.count() == 0;
  }

  /** Says how many there are; their values may be secret. */
  @Override
  public String toString() {
    return "Parameters[" + values.count() + "]";
  }
}
