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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a {@link DirectoryWatch}, and the looking through them. Belongs to the loop.
 *
 * <p>Events come late: a name that they speak of may belong to another directory by now. The tree
 * is as the events so far say, and what is looked up by name is only believed while it agrees with
 * them:
 *
 * <ul>
 *   <li>it is looked for when all events are taken, and thrown away, to be looked for again, if one
 *       that moves directories has come meanwhile ({@link #collect}, then {@link #commit} or {@link
 *       #abort}, like a read of a sequence lock);
 *   <li>a directory that was opened by its path is the one that is meant only if the kernel, asked
 *       to watch it, answers with the number of its watch, as an inode has one. If not, it has
 *       moved and the event is still to come: it is unsure, and looked through when that comes.
 * </ul>
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

    /** It could not be looked through, as it was not where it should be. */
    boolean unsure;

    /** It is not watched any more. */
    boolean gone;

    /** Where it was seen before the event that says so; should it leave, it is looked for there. */
    @Nullable Job seenAt;

    Node(int wd, @Nullable Node parent, String name) {
      this.wd = wd;
      this.parent = parent;
      this.name = name;
    }

    boolean isRoot() {
      return parent == null;
    }

    /** The path of a name in it, below the root. */
    String pathOf(String child) {
      var path = new StringBuilder(child);
      for (Node at = this; at.parent != null; at = at.parent) {
        path.insert(0, path.isEmpty() ? at.name : at.name + "/");
      }
      return path.toString();
    }
  }

  /** To look through a directory, or for one name in it. */
  record Job(Node in, @Nullable String name) {}

  /** What was seen: a name, what it is, and its watch or {@code -errno}; 0 if it has none. */
  record Seen(String name, boolean directory, int wd) {}

  private static final int PATH_MAX = 4096;
  private static final int DIRENT_BYTES = 16 << 10;
  private static final int OPEN_ROOT = File.O_RDONLY | File.O_DIRECTORY | File.O_CLOEXEC;
  private static final int OPEN = OPEN_ROOT | File.O_NOFOLLOW;
  private static final int CLOSED = -1;

  private final int inotify;
  private final int mask;
  private final DirectoryOptions options;

  /** The path of the root, which all others begin with. */
  private final String rootPath;

  private @Nullable Node root;
  private final Map<Integer, Node> nodes = new HashMap<>();

  /** Watches of before an overflow, of directories that have not been seen again. */
  private final Set<Integer> unseen = new HashSet<>();

  /** Directories whose names others have got; they should be gone soon. */
  private final List<Node> displaced = new ArrayList<>();

  private final ArrayDeque<Job> jobs = new ArrayDeque<>();
  private final Dirents dirents = Dirents.allocate(Arena.ofAuto(), DIRENT_BYTES);
  private final MemorySegment pathMemory = Arena.ofAuto().allocate(PATH_MAX);

  // The job in hand, and what it has given since the last commit.
  private @Nullable Job job;
  private int jobFd = CLOSED;
  private boolean jobDone;
  private int jobFailure;
  private boolean rootLost;
  private final List<Seen> seen = new ArrayList<>();

  /** COMPLETE is to be told when all are looked through. */
  private boolean completing = true;

  DirectoryTree(int inotify, Path root, int mask, DirectoryOptions options) {
    this.inotify = inotify;
    this.mask = mask;
    this.options = options;
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    rootPath = path.length == 0 ? "." : new String(path, StandardCharsets.ISO_8859_1);
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
    Node node = new Node(wd, null, "");
    root = node;
    nodes.put(wd, node);
    jobs.add(new Job(node, null));
    return 0;
  }

  private int watch(int fd) {
    return Inotify.addWatch(inotify, "/proc/self/fd/" + fd, mask);
  }

  void close() {
    endJob();
  }

  // --- what events say

  /** The kernel watches it no longer. */
  void forget(Node node) {
    nodes.remove(node.wd);
    node.gone = true;
    detach(node);
    Job elsewhere = node.seenAt;
    if (elsewhere != null) {
      jobs.add(elsewhere);
    }
  }

  private static void detach(Node node) {
    if (node.parent != null) {
      node.parent.children.remove(node.name, node);
    }
  }

  /** A directory has come into a known one: it is to be watched. */
  void adopt(Node parent, String name) {
    if (options.tree()) {
      jobs.add(new Job(parent, name));
    }
  }

  /** A directory, if it is one, has left the tree, with all in it. */
  void remove(Node parent, String name) {
    Node node = parent.children.get(name);
    if (node != null) {
      for (Node each : subtree(node)) {
        forget(each);
        Inotify.rmWatch(inotify, each.wd); // EINVAL if the kernel was faster: IN_IGNORED comes
      }
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

  /** A directory has another place in the tree. */
  void move(Node from, String name, Node to, String newName) {
    Node node = from.children.get(name);
    if (node == null) {
      adopt(to, newName); // it was still to be looked for
      return;
    }
    detach(node);
    Node before = to.children.put(newName, node);
    if (before != null) {
      displaced.add(before); // it was empty, and is removed; or else the two were exchanged
    }
    node.parent = to;
    node.name = newName;
    node.seenAt = null;
    for (Node each : subtree(node)) {
      if (each.unsure) {
        each.unsure = false;
        jobs.add(new Job(each, null));
      }
    }
  }

  /**
   * Nothing is known any more but the root. Watches stay, since to remove them all would be as many
   * events; those of directories that are not seen again are removed in the end.
   */
  void rescan() {
    abort();
    endJob();
    jobs.clear();
    displaced.clear();
    completing = true;
    Node old = root;
    if (old != null) {
      unseen.addAll(nodes.keySet());
      unseen.remove(old.wd);
      nodes.values().forEach(each -> each.gone = true);
      nodes.clear();
      Node node = new Node(old.wd, null, "");
      root = node;
      nodes.put(node.wd, node);
      jobs.add(new Job(node, null));
    }
  }

  // --- looking

  /** Whether there is something to look through, or to tell of that. */
  boolean hasWork() {
    return job != null || !jobs.isEmpty() || !displaced.isEmpty() || completing;
  }

  /** Looks at a directory's next names, and watches those that are directories. */
  void collect() {
    Job next = job == null ? jobs.poll() : job;
    if (next == null || next.in.gone) {
      endJob();
      return;
    }
    if (job == null) {
      job = next;
      jobFd = open(next.in);
    }
    if (jobFd < 0) {
      jobFailure = jobFd;
      jobDone = true;
    } else if (next.name != null) {
      int fd = openat(jobFd, next.name, OPEN);
      seen.add(new Seen(next.name, true, watchAndClose(fd)));
      jobDone = true;
    } else {
      jobDone = File.getdents64(jobFd, dirents) <= 0; // an error too: it is gone
      while (!jobDone && dirents.next()) {
        look(new String(dirents.nameBytes(), StandardCharsets.ISO_8859_1));
      }
    }
  }

  private void look(String name) {
    int type = dirents.type();
    if (name.equals(".") || name.equals("..")) {
      return;
    }
    if (type != Dirents.DT_DIR && type != Dirents.DT_UNKNOWN) {
      seen.add(new Seen(name, false, 0));
    } else if (options.tree()) {
      int wd = watchAndClose(openat(jobFd, name, OPEN));
      seen.add(new Seen(name, type == Dirents.DT_DIR || wd >= 0, wd));
    } else {
      seen.add(new Seen(name, type == Dirents.DT_DIR, 0));
    }
  }

  /** The watch of an open directory, or {@code -errno}, also if that is what is given. */
  private int watchAndClose(int fd) {
    if (fd < 0) {
      return fd;
    }
    int wd = watch(fd);
    File.close(fd);
    return wd;
  }

  /** What was seen may not be what the events speak of: it is to be looked at again. */
  void abort() {
    for (Seen each : seen) {
      unwatchUnknown(each.wd);
    }
    seen.clear();
    Job again = job;
    if (again != null) {
      jobs.addFirst(again);
    }
    endJob();
  }

  private void unwatchUnknown(int wd) {
    if (wd > 0 && !nodes.containsKey(wd) && !unseen.contains(wd)) {
      Inotify.rmWatch(inotify, wd);
    }
  }

  private void endJob() {
    if (jobFd >= 0) {
      File.close(jobFd);
    }
    jobFd = CLOSED;
    job = null;
    jobDone = false;
    jobFailure = 0;
    rootLost = false;
  }

  /** All events are taken, and none disagrees: what was seen is so. */
  void commit(DirectoryWatch to) throws Exception {
    Job done = job;
    List<Seen> all = List.copyOf(seen);
    seen.clear();
    if (done != null) {
      if (jobFailure != 0) {
        commitFailure(to, done.in);
      }
      if (jobDone && to.isOpen()) {
        endJob();
      }
      for (Seen each : all) {
        if (to.isOpen()) {
          commit(to, done, each);
        }
      }
    }
    if (to.isOpen() && job == null && jobs.isEmpty()) {
      settle(to);
    }
  }

  private void commitFailure(DirectoryWatch to, Node in) throws Exception {
    in.unsure = true;
    if (rootLost) {
      to.gone();
    } else if (!isGone(jobFailure)) {
      to.tellFailed(in, "", FileEvent.reason("open", jobFailure));
    }
  }

  private static boolean isGone(int result) {
    return switch (-result) {
      case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.ESTALE -> true;
      default -> false;
    };
  }

  private void commit(DirectoryWatch to, Job from, Seen each) throws Exception {
    if (from.name == null) {
      to.tell(Kind.FOUND, from.in, each.name, each.directory);
    }
    if (each.wd > 0) {
      enter(to, from.in, each);
    } else if (each.wd < 0 && !isGone(each.wd) && to.isOpen()) {
      to.tellFailed(from.in, each.name, FileEvent.reason("watching it", each.wd));
    }
  }

  private void enter(DirectoryWatch to, Node parent, Seen child) throws Exception {
    Node known = nodes.get(child.wd);
    if (known != null) {
      if (known.parent != parent || !known.name.equals(child.name)) {
        known.seenAt = new Job(parent, child.name); // or it is mounted twice
      }
    } else if (parent.gone || parent.children.containsKey(child.name)) {
      unwatchUnknown(child.wd); // events that say so are on their way
    } else if (nodes.size() >= options.maxDirectories()) {
      unwatchUnknown(child.wd);
      to.tellFailed(parent, child.name, "more directories than maxDirectories allows");
    } else {
      unseen.remove(child.wd);
      Node node = new Node(child.wd, parent, child.name);
      nodes.put(child.wd, node);
      parent.children.put(child.name, node);
      jobs.add(new Job(node, null));
    }
  }

  /** All are looked through. */
  private void settle(DirectoryWatch to) throws Exception {
    boolean exchanged = displaced.stream().anyMatch(each -> !each.gone);
    displaced.clear();
    if (exchanged) {
      to.lost();
      return;
    }
    if (completing) {
      completing = false;
      unseen.forEach(wd -> Inotify.rmWatch(inotify, wd));
      unseen.clear();
      to.tell(Kind.COMPLETE, null, null, false);
    }
  }

  // --- opening

  /** Opens a known directory by its path; negative if it is not there, or cannot be opened. */
  private int open(Node node) {
    int fd = openVerified(node);
    if (fd < 0 && isGone(fd)) {
      int top = root == null ? CLOSED : openVerified(root);
      rootLost = top < 0;
      if (top >= 0) {
        File.close(top);
      }
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
    unwatchUnknown(wd);
    File.close(fd);
    return wd < 0 ? wd : -Errno.ESTALE;
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
}
