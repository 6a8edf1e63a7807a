package edgewise.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Values by name, where a name may come more than once: the order in which they came is kept, and
 * the first of a name counts. Names are compared exactly.
 */
final class NamedValues {
  private final Map<String, List<String>> byName = new LinkedHashMap<>();
  private int count;

  void add(String name, String value) {
    byName.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
    count++;
  }

  /** How many values there are. */
  int count() {
    return count;
  }

  @Nullable String first(String name) {
    List<String> values = byName.get(name);
    return values == null ? null : values.getFirst();
  }

  List<String> all(String name) {
    return Collections.unmodifiableList(byName.getOrDefault(name, List.of()));
  }

  Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }
}
