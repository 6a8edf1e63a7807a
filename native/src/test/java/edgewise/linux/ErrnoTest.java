package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  private static final Set<String> ALIASES = Set.of("EWOULDBLOCK", "EDEADLOCK", "ENOTSUP");

  @Test
  void everyConstantHasItsNameAndAText() throws Exception {
    for (var field : Errno.class.getFields()) {
      int errno = field.getInt(null);
      if (!ALIASES.contains(field.getName())) {
        assertEquals(field.getName(), Errno.name(errno));
        assertFalse(Errno.describe(errno).endsWith("()"));
        assertFalse(Errno.describe(errno).equals(Errno.name(errno)), field.getName());
      }
    }
  }

  @Test
  void anAliasHasTheUsualNameOfItsNumber() {
    assertEquals("EAGAIN", Errno.name(Errno.EWOULDBLOCK));
    assertEquals("EDEADLK", Errno.name(Errno.EDEADLOCK));
    assertEquals("EOPNOTSUPP", Errno.name(Errno.ENOTSUP));
  }

  @Test
  void aDescriptionIsTheNameAndWhatItMeans() {
    assertEquals("ECONNRESET (Connection reset by peer)", Errno.describe(Errno.ECONNRESET));
    assertEquals("EHWPOISON (Memory page has hardware error)", Errno.describe(133));
  }

  @Test
  void anUnknownNumberStaysANumber() {
    for (int unknown : new int[] {0, -1, 41, 58, 134, 9999, Integer.MIN_VALUE}) {
      assertEquals("errno " + unknown, Errno.name(unknown));
      assertEquals("errno " + unknown, Errno.describe(unknown));
    }
  }
}
