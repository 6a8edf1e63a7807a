package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Timer;
import edgewise.linux.Errno;
import edgewise.linux.Inotify;
import edgewise.linux.InotifyEvents;
import edgewise.sources.FileEvent.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happens in a directory, or in a tree of them: inotify(7).
 *
 * <p>At first what is there is told, as {@link Kind#FOUND}, and then {@link Kind#COMPLETE}. Whoever
 * adds what is FOUND, CREATED or MOVED_IN, removes what is DELETED or MOVED_OUT with all below it,
 * renames by MOVED, and forgets all at OVERFLOW, has the tree as it is, or was a moment ago. A
 * directory that is made later is watched first and then looked through, so that nothing is missed;
 * what is made in between is told twice.
 *
 * <p>A directory that is removed, or moved, is GONE, and so is one whose path leads elsewhere when
 * something below is to be looked at.
 *
 * <p>Not seen: what other machines do on network file systems; writes by mmap(2); what happens in
 * other mounts of a tree's directories after they come. An exchange of two names, RENAME_EXCHANGE
 * of renameat2(2), looks like two moves one after the other.
 */
public final class DirectoryWatch extends Source {
  /** Is told what has happened; on the loop. */
  @FunctionalInterface
  public interface Handler {
    void onEvent(DirectoryWatch watch, FileEvent event) throws Exception;
  }

  private static final int BUFFER_BYTES = 16 << 10;

  /** Reads of one turn; then others have theirs. */
  private static final int READS_PER_TURN = 4;

  /** Looks at some hundred names each; then others have their turns. */
  private static final int LOOKS_PER_TURN = 8;

  /** A move is two events that are usually, but not always, put in the queue together. */
  private static final Duration PAIR_WAIT = Duration.ofMillis(5);

  /** What puts a directory in a place, or takes it away. */
  private static final int PLACES =
      Inotify.IN_CREATE | Inotify.IN_DELETE | Inotify.IN_MOVED_FROM | Inotify.IN_MOVED_TO;

  private static final int NAMES =
      PLACES
          | Inotify.IN_DELETE_SELF
          | Inotify.IN_MOVE_SELF
          | Inotify.IN_ONLYDIR
          | Inotify.IN_EXCL_UNLINK;
  private static final int CONTENTS =
      Inotify.IN_MODIFY | Inotify.IN_CLOSE_WRITE | Inotify.IN_ATTRIB;

  private final Path root;
  private final Handler handler;
  private final DirectoryTree tree;
  private final InotifyEvents events = InotifyEvents.allocate(Arena.ofAuto(), BUFFER_BYTES);
  private final Timer pairTimer;

  /** The first half of a move, until the second comes, or something else. */
  private @Nullable Departure departed;

  private boolean pairIsLate;

  private record Departure(DirectoryNode parent, String name, int cookie, boolean directory) {}

  private DirectoryWatch(
      EventLoop loop, int fd, Path root, DirectoryOptions options, Handler handler)
      throws IOException {
    super(loop, fd, Interest.READ);
    this.root = root;
    this.handler = handler;
    int mask = options.contents() ? NAMES | CONTENTS : NAMES;
    tree = new DirectoryTree(new DirectoryPaths(fd, mask, root), options);
    pairTimer = loop.timer(this::onPairLate);
  }

  /**
   * Watches a directory.
   *
   * @throws IOException if it cannot be opened or watched; with ENOSPC and EMFILE it says which
   *     limit was reached
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static DirectoryWatch open(
      EventLoop loop, Path directory, DirectoryOptions options, Handler handler)
      throws IOException {
    check(loop, "watching a directory");
    int fd = Inotify.init1(Inotify.IN_NONBLOCK | Inotify.IN_CLOEXEC);
    if (fd < 0) {
      throw new IOException(directory + ": " + FileEvent.reason("inotify_init1", fd));
    }
    var watch = new DirectoryWatch(loop, fd, directory, options, handler);
    watch.begin();
    return watch;
  }

  private void begin() throws IOException {
    int result = tree.begin();
    if (result < 0) {
      close();
      throw new IOException(root + ": " + FileEvent.reason("watching it", result));
    }
    again();
  }

  /** Directories that are watched now. */
  public int directories() {
    return tree.size();
  }

  // --- events

  @Override
  boolean drain() throws Exception {
    if (pairIsLate) {
      pairIsLate = false;
      departed();
    }
    boolean drained = false;
    for (int i = 0; i < READS_PER_TURN && !drained && isOpen(); i++) {
      int result = read();
      drained = result == -Errno.EAGAIN;
      handleAll();
    }
    for (int i = 0; i < LOOKS_PER_TURN && drained && isOpen() && mayLook(); i++) {
      drained = look();
    }
    if (departed != null && drained) {
      pairTimer.set(PAIR_WAIT);
    }
    return isOpen() && (!drained || mayLook());
  }

  /** Not within a move: the tree has to be as the events say. */
  private boolean mayLook() {
    return departed == null && tree.hasWork();
  }

  /** Looks at some names; true if no event has come meanwhile. */
  private boolean look() throws Exception {
    tree.collect();
    int result = read();
    if (result == -Errno.EAGAIN || !disagrees(result)) {
      tree.commit(this);
    } else {
      tree.abort();
    }
    handleAll();
    return result == -Errno.EAGAIN;
  }

  /** Whether events that were just read, or may still be there, are about the tree itself. */
  private boolean disagrees(int bytes) {
    boolean disagrees = bytes > BUFFER_BYTES - InotifyEvents.LONGEST_EVENT;
    while (!disagrees && events.next()) {
      int mask = events.mask();
      boolean directory = (mask & Inotify.IN_ISDIR) != 0 && (mask & PLACES) != 0;
      boolean itself = (mask & (Inotify.IN_IGNORED | Inotify.IN_MOVE_SELF)) != 0;
      disagrees =
          (mask & Inotify.IN_Q_OVERFLOW) != 0
              || ((directory || itself) && tree.node(events.wd()) != null);
    }
    events.rewind();
    return disagrees;
  }

  private int read() throws IOException {
    int result = Inotify.read(fd, events);
    return result == -Errno.EAGAIN ? result : Failures.checked(result, "read", this);
  }

  private void handleAll() throws Exception {
    while (isOpen() && events.next()) {
      handle();
    }
  }

  private void onPairLate() {
    if (isOpen()) {
      pairIsLate = true;
      again();
    }
  }

  private void handle() throws Exception {
    int mask = events.mask();
    if ((mask & Inotify.IN_Q_OVERFLOW) != 0) {
      departed();
      if (isOpen()) {
        lost();
      }
      return;
    }
    DirectoryNode node = tree.node(events.wd());
    if (node == null) {
      return; // not watched any more, and this was still in the queue
    }
    boolean directory = (mask & Inotify.IN_ISDIR) != 0;
    String name = new String(events.nameBytes(), StandardCharsets.ISO_8859_1);
    if ((mask & Inotify.IN_MOVED_TO) != 0) {
      arrived(node, name, directory);
      return;
    }
    departed(); // whatever this is, the move was no pair
    if (isOpen() && !node.gone) { // it may have been what has departed
      handle(node, mask, name, directory);
    }
  }

  private void handle(DirectoryNode node, int mask, String name, boolean directory)
      throws Exception {
    if ((mask & Inotify.IN_MOVED_FROM) != 0) {
      departed = new Departure(node, name, events.cookie(), directory);
    } else if ((mask & Inotify.IN_IGNORED) != 0) {
      tree.forget(node);
      if (node.isRoot()) {
        gone();
      }
    } else if ((mask & Inotify.IN_MOVE_SELF) != 0) {
      if (node.isRoot()) {
        gone(); // its paths would be wrong
      }
    } else if (!name.isEmpty()) { // what is about a directory itself comes from its parent too
      Kind kind = kind(mask);
      if (kind != null) {
        tell(kind, node, name, directory);
      }
      if (kind == Kind.CREATED && directory && isOpen()) {
        tree.adopt(node, name);
      }
    }
  }

  private static @Nullable Kind kind(int mask) {
    if ((mask & Inotify.IN_CREATE) != 0) {
      return Kind.CREATED;
    }
    if ((mask & Inotify.IN_DELETE) != 0) {
      return Kind.DELETED;
    }
    if ((mask & Inotify.IN_CLOSE_WRITE) != 0) {
      return Kind.WRITTEN;
    }
    if ((mask & Inotify.IN_MODIFY) != 0) {
      return Kind.MODIFIED;
    }
    return (mask & Inotify.IN_ATTRIB) != 0 ? Kind.ATTRIBUTES : null;
  }

  // --- moves

  private void arrived(DirectoryNode to, String name, boolean directory) throws Exception {
    Departure half = departed;
    if (half == null || half.cookie != events.cookie()) {
      departed();
      if (!isOpen() || to.gone) {
        return;
      }
      tell(Kind.MOVED_IN, to, name, directory);
      if (directory && isOpen()) {
        tree.adopt(to, name);
      }
    } else {
      departed = null;
      pairTimer.cancel();
      String from = half.parent.pathOf(half.name);
      if (directory) {
        tree.move(half.parent, half.name, to, name);
      }
      handler.onEvent(this, new FileEvent(Kind.MOVED, root, to.pathOf(name), from, directory, ""));
    }
  }

  /** What has departed has not arrived anywhere here. */
  private void departed() throws Exception {
    Departure half = departed;
    if (half != null) {
      departed = null;
      pairTimer.cancel();
      tree.remove(half.parent, half.name);
      tell(Kind.MOVED_OUT, half.parent, half.name, half.directory);
    }
  }

  // --- what the handler is told

  /** What is known is void. */
  void lost() throws Exception {
    tell(Kind.OVERFLOW, null, null, false);
    if (isOpen()) {
      tree.rescan();
    }
  }

  /** Nothing of the tree can be told any more. */
  void gone() throws Exception {
    handler.onEvent(this, new FileEvent(Kind.GONE, root, "", null, true, ""));
    close();
  }

  void tell(Kind kind, @Nullable DirectoryNode parent, @Nullable String name, boolean directory)
      throws Exception {
    String path = parent == null || name == null ? null : parent.pathOf(name);
    handler.onEvent(this, new FileEvent(kind, root, path, null, directory, ""));
  }

  void tellFailed(DirectoryNode parent, String name, String why) throws Exception {
    handler.onEvent(this, new FileEvent(Kind.FAILED, root, parent.pathOf(name), null, true, why));
  }

  @Override
  void beforeClose() {
    pairTimer.cancel();
    tree.close();
  }

  @Override
  public String toString() {
    return "DirectoryWatch[" + root + "]";
  }
}
