package edgewise;

import edgewise.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the backends that are on the module path or the class path. */
public final class Backends {
  private Backends() {}

  /** All backends, the one with the highest rank first, whether they can be used or not. */
  public static List<Backend> all() {
    var all = new ArrayList<Backend>();
    ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).forEach(all::add);
    all.sort((one, other) -> Integer.compare(other.rank(), one.rank()));
    return List.copyOf(all);
  }

  /**
   * The backend of that name, or the best available one.
   *
   * @throws UnsupportedOperationException if it cannot be used; the message says why, and what to
   *     do
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Backend choose(@Nullable String name) {
    List<Backend> all = all();
    var reasons = new StringBuilder();
    for (Backend backend : all) {
      if (name == null || name.equals(backend.name())) {
        String reason = backend.unavailable();
        if (reason == null) {
          return backend;
        }
        reasons.append(reasons.isEmpty() ? "" : "; ").append(backend.name()).append(": ");
        reasons.append(reason);
      }
    }
    if (!reasons.isEmpty()) {
      throw new UnsupportedOperationException("no backend can be used here: " + reasons);
    }
    List<String> names = all.stream().map(Backend::name).toList();
    throw new IllegalArgumentException(
        name == null
            ? "no backend found; put edgewise-reactor-epoll-ffm or edgewise-reactor-select on the"
                + " module path"
            : "no backend is called '" + name + "'; there are: " + String.join(", ", names));
  }
}
