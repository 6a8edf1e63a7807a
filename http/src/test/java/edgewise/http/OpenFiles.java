package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The roots that a test serves, and how many of their files are open: in the end, none. */
final class OpenFiles implements AfterEachCallback {
  private final List<JdkFileRoot> roots = new ArrayList<>();

  JdkFileRoot root(Path directory) throws IOException {
    var root = new JdkFileRoot(directory);
    roots.add(root);
    return root;
  }

  int count() {
    return roots.stream().mapToInt(root -> root.open.get()).sum();
  }

  /** A thread that compresses may have one in hand when the test has seen enough. */
  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (count() > 0 && System.nanoTime() - end < 0) {
      Thread.sleep(1);
    }
    assertEquals(0, count(), "every file is closed again");
  }
}
