package edgewise.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was meant by a word with a slip in it. */
final class Nearest {
  private Nearest() {}

  /** The name that the word begins, or else the one with the fewest slips; null if none is near. */
  static @Nullable String to(String word, List<String> names) {
    String nearest = null;
    int fewest = Integer.MAX_VALUE;
    for (String name : names) {
      int equals = word.indexOf('=');
      int slips = slips(bare(equals < 0 ? word : word.substring(0, equals)), bare(name));
      if (slips < fewest && slips <= 1 + bare(name).length() / 4) {
        fewest = slips;
        nearest = name;
      }
    }
    return nearest;
  }

  private static String bare(String name) {
    return name.startsWith("--")
        ? name.substring(2)
        : name.startsWith("-") ? name.substring(1) : name;
  }

  /** The distance of Levenshtein: letters to leave out, put in or replace. 0 for a beginning. */
  private static int slips(String word, String name) {
    if (!word.isEmpty() && name.startsWith(word)) {
      return 0;
    }
    int[] row = new int[name.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= word.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (word.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[name.length()];
  }
}
