package edgewise.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which content codings a client takes, and which one it likes best; RFC 9110 section 12.5.3.
 *
 * <p>Weights are whole thousandths, from 0, which forbids, to 1000. What is wrong in the field is
 * passed over: a client that gets no coding can always read the answer.
 */
final class AcceptEncoding {
  /** The name for no coding. */
  static final String IDENTITY = "identity";

  /** Weights: of a coding that is forbidden, and of one that nothing was said about. */
  static final int FORBIDDEN = 0;

  private static final int MOST = 1000;
  private static final int UNSAID = -1;

  /** No field at all: anything goes, so the answer is what every client can read. */
  private static final AcceptEncoding ANY = new AcceptEncoding(List.of(), UNSAID);

  /** A coding, in lower case, and its weight. */
  private record Coding(String name, int weight) {}

  private final List<Coding> codings;

  /** The weight of {@code *}, which stands for whatever is not named. */
  private final int others;

  private AcceptEncoding(List<Coding> codings, int others) {
    this.codings = codings;
    this.others = others;
  }

  /** Reads the values of all Accept-Encoding fields. */
  static AcceptEncoding parse(List<String> values) {
    if (values.isEmpty()) {
      return ANY;
    }
    var codings = new ArrayList<Coding>();
    int others = UNSAID;
    for (String value : values) {
      for (String member : value.split(",", -1)) {
        Coding coding = coding(member);
        if (coding != null && coding.name.equals("*")) {
          others = coding.weight;
        } else if (coding != null) {
          codings.add(coding);
        }
      }
    }
    return new AcceptEncoding(codings, others);
  }

  /** {@code gzip;q=0.5}, or null if it is not like that. */
  private static @Nullable Coding coding(String member) {
    int semicolon = member.indexOf(';');
    String name = (semicolon < 0 ? member : member.substring(0, semicolon)).strip();
    int weight = semicolon < 0 ? MOST : quality(member.substring(semicolon + 1).strip());
    if (name.isEmpty() || weight < 0 || !name.chars().allMatch(AcceptEncoding::isToken)) {
      return null;
    }
    return new Coding(currentName(name.toLowerCase(Locale.ROOT)), weight);
  }

  private static boolean isToken(int c) {
    return c < 0x80 && Octets.isToken((byte) c);
  }

  /** RFC 9110 sections 8.4.1.1 and 8.4.1.3: two codings have an old name. */
  private static String currentName(String name) {
    return switch (name) {
      case "x-gzip" -> "gzip";
      case "x-compress" -> "compress";
      default -> name;
    };
  }

  /** {@code q=0.123} in thousandths, section 12.4.2; -1 if it is not like that. */
  private static int quality(String parameter) {
    if (parameter.length() < 3
        || (parameter.charAt(0) | 0x20) != 'q'
        || parameter.charAt(1) != '='
        || parameter.length() > 7) {
      return -1;
    }
    int weight = 0;
    for (int i = 2; i < 7; i++) {
      char c = i < parameter.length() ? parameter.charAt(i) : i == 3 ? '.' : '0';
      if (i == 3 ? c != '.' : c < '0' || c > '9') {
        return -1;
      }
      weight = i == 3 ? weight : weight * 10 + c - '0';
    }
    return weight <= MOST ? weight : -1;
  }

  /** How much a coding is liked; {@link #FORBIDDEN} also if nothing was said about it. */
  int weight(String coding) {
    return Math.max(said(coding), FORBIDDEN);
  }

  /** Whether an answer without a coding is forbidden, by its name or by {@code *}. */
  boolean forbidsIdentity() {
    return said(IDENTITY) == FORBIDDEN;
  }

  private int said(String name) {
    for (Coding coding : codings) {
      if (coding.name.equals(name)) {
        return coding.weight;
      }
    }
    return others;
  }

  /**
   * The coding that the client likes best of those that are there.
   *
   * @param available names in lower case, the server's own favourite first, which decides between
   *     equals; {@link #IDENTITY} need not be among them
   * @return one of them, or {@link #IDENTITY}, or null if the client takes none of these
   */
  @Nullable String choose(List<String> available) {
    // Nothing said about identity lets it be the last resort, behind all that was asked for.
    String best = forbidsIdentity() ? null : IDENTITY;
    int bestWeight = weight(IDENTITY);
    for (String coding : available) {
      int weight = weight(coding);
      boolean betterThanIdentity = IDENTITY.equals(best) && weight == bestWeight;
      if (weight > FORBIDDEN && (weight > bestWeight || betterThanIdentity)) {
        best = coding;
        bestWeight = weight;
      }
    }
    return best;
  }
}
