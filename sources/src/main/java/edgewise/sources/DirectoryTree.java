package edgewise.sources;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgewise.linux.Dirents;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Inotify;
import edgewise.sources.FileEvent.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a {@link DirectoryWatch}, and the looking through them. Belongs to the loop.
 *
 * <p>A watch is of an inode, a name is a matter of the moment: events come late, and the path that
 * a directory has by the events so far may be another's by now. So a directory that was opened by
 * its path is believed to be the one only if the kernel, asked to watch it, answers with the number
 * of its watch. If not, it has moved, and the event that says so is still to come: it is marked as
 * unsure, and looked through when that comes.
 *
 * <p>Names are strings of a char per byte, ISO 8859-1.
 */
final class DirectoryTree {
  /** A watched directory. */
  static final class Node {
    final int wd;
    @Nullable Node parent;
    String name;
    final Map<String, Node> children = new HashMap<>();

    /** The round of looking through all in which it was seen. */
    int round;

    /** It could not be looked through, as it was not where it should be. */
    boolean unsure;

    boolean gone;

    Node(int wd, @Nullable Node parent, String name) {
      this.wd = wd;
      this.parent = parent;
      this.name = name;
    }

    boolean isRoot() {
      return parent == null;
    }

    Node root() {
      Node at = this;
      while (at.parent != null) {
        at = at.parent;
      }
      return at;
    }

    /** The path of a name in it, below the root. */
    String pathOf(String child) {
      var path = new StringBuilder(child);
      for (Node at = this; at.parent != null; at = at.parent) {
        path.insert(0, path.isEmpty() ? at.name : at.name + "/");
      }
      return path.toString();
    }

    boolean isWithin(Node other) {
      for (Node at = this; at != null; at = at.parent) {
        if (at == other) {
          return true;
        }
      }
      return false;
    }
  }

  /** Names looked at in one turn; then others have theirs. */
  private static final int NAMES_PER_TURN = 512;

  private static final int PATH_MAX = 4096;
  private static final int DIRENT_BYTES = 16 << 10;
  private static final int OPEN =
      File.O_RDONLY | File.O_DIRECTORY | File.O_NOFOLLOW | File.O_CLOEXEC;
  private static final int OPEN_ROOT = File.O_RDONLY | File.O_DIRECTORY | File.O_CLOEXEC;
  private static final int CLOSED = -1;

  private final int inotify;
  private final int mask;
  private final DirectoryOptions options;
  private final Map<Integer, Node> nodes = new HashMap<>();
  private final ArrayDeque<Node> toScan = new ArrayDeque<>();
  private final Dirents dirents = Dirents.allocate(Arena.ofAuto(), DIRENT_BYTES);
  private final MemorySegment pathMemory = Arena.ofAuto().allocate(PATH_MAX);

  /** The path of the root, which all others begin with. */
  private final String rootPath;

  private @Nullable Node top;

  /** The directory that is being looked through. */
  private @Nullable Node scanned;

  private int scannedFd = CLOSED;
  private int round;

  /** COMPLETE is to be told when all are looked through. */
  private boolean completing = true;

  DirectoryTree(int inotify, Path root, int mask, DirectoryOptions options) {
    this.inotify = inotify;
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    rootPath = path.length == 0 ? "." : new String(path, StandardCharsets.ISO_8859_1);
    this.mask = mask;
    this.options = options;
  }

  int size() {
    return nodes.size();
  }

  @Nullable Node node(int wd) {
    return nodes.get(wd);
  }

  /** Watches the root; 0 or {@code -errno}. */
  int begin() {
    int fd = openat(File.AT_FDCWD, rootPath, OPEN_ROOT);
    if (fd < 0) {
      return fd;
    }
    int wd = watch(fd);
    File.close(fd);
    if (wd < 0) {
      return wd;
    }
    Node root = new Node(wd, null, "");
    nodes.put(wd, root);
    toScan.add(root);
    top = root;
    return 0;
  }

  private int watch(int fd) {
    return Inotify.addWatch(inotify, "/proc/self/fd/" + fd, mask);
  }

  void close() {
    endScan();
  }

  // --- changes

  /** The kernel watches it no longer. */
  void forget(Node node) {
    nodes.remove(node.wd);
    node.gone = true;
    detach(node);
  }

  private static void detach(Node node) {
    if (node.parent != null) {
      node.parent.children.remove(node.name, node);
    }
  }

  /** A directory, if it is one, has left the tree, with all in it. */
  void remove(Node parent, String name) {
    Node node = parent.children.get(name);
    if (node != null) {
      drop(node);
    }
  }

  private void drop(Node node) {
    for (Node each : subtree(node)) {
      forget(each);
      Inotify.rmWatch(inotify, each.wd); // EINVAL if the kernel has done so: IN_IGNORED is coming
    }
  }

  private static List<Node> subtree(Node top) {
    var all = new ArrayList<Node>();
    all.add(top);
    for (int i = 0; i < all.size(); i++) {
      all.addAll(all.get(i).children.values());
    }
    return all;
  }

  /** A directory, if it is one, has another place in the tree. */
  void move(Node from, String name, Node to, String newName) {
    Node node = from.children.get(name);
    if (node != null) {
      place(node, to, newName);
    }
  }

  private void place(Node node, Node parent, String name) {
    if (parent.isWithin(node)) {
      return; // a mount of a directory in itself
    }
    detach(node);
    node.parent = parent;
    node.name = name;
    parent.children.put(name, node);
    for (Node each : subtree(node)) {
      if (each.unsure) {
        each.unsure = false;
        toScan.add(each);
      }
    }
  }

  /** All is to be looked through again, and what is not there any more is forgotten. */
  void rescan() {
    endScan();
    toScan.clear();
    round++;
    completing = true;
    Node root = top;
    if (root != null) {
      root.round = round;
      toScan.add(root);
    }
  }

  // --- taking in

  /** Watches a directory that has come into a known one. */
  void adopt(DirectoryWatch to, Node parent, String name) throws Exception {
    if (!options.tree() || parent.gone) {
      return;
    }
    int fd = open(to, parent);
    if (fd >= 0) {
      try {
        adopt(to, parent, name, fd);
      } finally {
        File.close(fd);
      }
    }
  }

  private void adopt(DirectoryWatch to, Node parent, String name, int parentFd) throws Exception {
    int fd = openat(parentFd, name, OPEN);
    if (fd < 0) {
      tellUnlessGone(to, parent, name, "open", fd);
      return;
    }
    try {
      adoptOpened(to, parent, name, fd);
    } finally {
      File.close(fd);
    }
  }

  private void adoptOpened(DirectoryWatch to, Node parent, String name, int fd) throws Exception {
    int wd = watch(fd);
    if (wd < 0) {
      tellUnlessGone(to, parent, name, "inotify_add_watch", wd);
      return;
    }
    Node known = nodes.get(wd);
    if (known != null) {
      if (known.parent != parent || !known.name.equals(name)) {
        place(known, parent, name); // the event that says so is on the way
      }
      if (known.round != round) {
        known.round = round;
        toScan.add(known);
      }
    } else if (nodes.size() >= options.maxDirectories()) {
      Inotify.rmWatch(inotify, wd);
      to.tellFailed(parent, name, "more directories than maxDirectories allows");
    } else {
      Node node = new Node(wd, parent, name);
      node.round = round;
      nodes.put(wd, node);
      parent.children.put(name, node);
      toScan.add(node);
    }
  }

  private static void tellUnlessGone(
      DirectoryWatch to, Node parent, String name, String call, int result) throws Exception {
    switch (-result) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP -> {} // it is gone, or something else by now
      default -> to.tellFailed(parent, name, FileEvent.reason(call, result));
    }
  }

  /** Opens a known directory by its path; negative if it is not there, or cannot be opened. */
  private int open(DirectoryWatch to, Node node) throws Exception {
    int fd = openVerified(node);
    if (fd == -Errno.ESTALE || fd == -Errno.ENOENT || fd == -Errno.ENOTDIR || fd == -Errno.ELOOP) {
      node.unsure = true;
      if (!isRootThere()) {
        to.gone(node.root());
      }
    } else if (fd < 0) {
      to.tellFailed(node, "", FileEvent.reason("open", fd));
    }
    return fd;
  }

  /** Opens it if it is where it should be, else {@code -ESTALE} or what open(2) says. */
  private int openVerified(Node node) {
    int fd =
        node.isRoot()
            ? openat(File.AT_FDCWD, rootPath, OPEN_ROOT)
            : openat(File.AT_FDCWD, rootPath + "/" + node.pathOf(""), OPEN);
    if (fd < 0) {
      return fd;
    }
    int wd = watch(fd);
    if (wd == node.wd) {
      return fd;
    }
    if (wd >= 0 && !nodes.containsKey(wd)) {
      Inotify.rmWatch(inotify, wd);
    }
    File.close(fd);
    return wd < 0 ? wd : -Errno.ESTALE;
  }

  private boolean isRootThere() {
    Node root = top;
    int fd = root == null ? CLOSED : openVerified(root);
    if (fd >= 0) {
      File.close(fd);
    }
    return fd >= 0;
  }

  private int openat(int directory, String raw, int flags) {
    byte[] bytes = raw.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length >= PATH_MAX) {
      return -Errno.ENAMETOOLONG;
    }
    MemorySegment.copy(bytes, 0, pathMemory, JAVA_BYTE, 0, bytes.length);
    pathMemory.set(JAVA_BYTE, bytes.length, (byte) 0);
    return File.openat(directory, pathMemory, flags, 0);
  }

  // --- looking through

  /** Looks at some names; false if there are no more. */
  boolean scan(DirectoryWatch to) throws Exception {
    int budget = NAMES_PER_TURN;
    while (budget > 0 && to.isOpen()) {
      if (scanned == null && !nextScan(to)) {
        return complete(to);
      }
      budget -= scanSome(to);
    }
    return to.isOpen();
  }

  /** Opens the next directory to be looked through; false if there is none. */
  private boolean nextScan(DirectoryWatch to) throws Exception {
    for (Node next = toScan.poll(); next != null; next = toScan.poll()) {
      int fd = next.gone ? CLOSED : open(to, next);
      if (fd >= 0) {
        scanned = next;
        scannedFd = fd;
        return true;
      }
    }
    return false;
  }

  /** One call's worth of names, or the end of the directory; how many. */
  private int scanSome(DirectoryWatch to) throws Exception {
    Node in = scanned;
    int bytes = in == null || in.gone ? 0 : File.getdents64(scannedFd, dirents);
    if (bytes <= 0 || in == null) { // an error too: it is gone
      endScan();
      return 1;
    }
    int count = 0;
    while (to.isOpen() && !in.gone && dirents.next()) {
      count++;
      found(to, in, new String(dirents.nameBytes(), StandardCharsets.ISO_8859_1));
    }
    return count;
  }

  private void found(DirectoryWatch to, Node in, String name) throws Exception {
    if (name.equals(".") || name.equals("..")) {
      return;
    }
    int type = dirents.type();
    int fd =
        type == Dirents.DT_DIR || type == Dirents.DT_UNKNOWN
            ? openat(scannedFd, name, OPEN)
            : CLOSED;
    try {
      to.tell(Kind.FOUND, in, name, fd >= 0 || type == Dirents.DT_DIR);
      if (fd >= 0 && options.tree() && to.isOpen()) {
        adoptOpened(to, in, name, fd);
      }
    } finally {
      if (fd >= 0) {
        File.close(fd);
      }
    }
  }

  private void endScan() {
    if (scannedFd != CLOSED) {
      File.close(scannedFd);
    }
    scannedFd = CLOSED;
    scanned = null;
  }

  /** All are looked through: who was not seen is not in the tree. */
  private boolean complete(DirectoryWatch to) throws Exception {
    if (completing) {
      completing = false;
      for (Node each : List.copyOf(nodes.values())) {
        if (each.round != round && !each.gone) {
          drop(each);
        }
      }
      to.tell(Kind.COMPLETE, null, null, false);
    }
    return false;
  }
}
