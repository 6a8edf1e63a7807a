package edgewise.sources;

import edgewise.linux.Dirents;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.sources.FileEvent.Kind;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
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
  /** To look through a directory, or for one name in it. */
  record Job(DirectoryNode in, @Nullable String name) {}

  /** What was seen: a name, what it is, and its watch or {@code -errno}; 0 if it has none. */
  record Seen(String name, boolean directory, int wd) {}

  private static final int DIRENT_BYTES = 16 << 10;
  private static final int CLOSED = -1;

  private final DirectoryOptions options;
  private final DirectoryPaths paths;

  private @Nullable DirectoryNode root;
  private final Map<Integer, DirectoryNode> nodes = new HashMap<>();

  /** Watches of before an overflow, of directories that have not been seen again. */
  private final Set<Integer> unseen = new HashSet<>();

  /** Directories whose names others have got; they should be gone soon. */
  private final List<DirectoryNode> displaced = new ArrayList<>();

  private final ArrayDeque<Job> jobs = new ArrayDeque<>();
  private final Dirents dirents = Dirents.allocate(Arena.ofAuto(), DIRENT_BYTES);

  // The job in hand, and what it has given since the last commit.
  private @Nullable Job job;
  private int jobFd = CLOSED;
  private boolean jobDone;
  private int jobFailure;
  private boolean rootLost;
  private final List<Seen> seen = new ArrayList<>();

  /** COMPLETE is to be told when all are looked through. */
  private boolean completing = true;

  DirectoryTree(DirectoryPaths paths, DirectoryOptions options) {
    this.paths = paths;
    this.options = options;
  }

  int size() {
    return nodes.size();
  }

  @Nullable DirectoryNode node(int wd) {
    return nodes.get(wd);
  }

  /** Watches the root; 0 or {@code -errno}. */
  int begin() {
    int wd = paths.watchAndClose(paths.openRoot());
    if (wd < 0) {
      return wd;
    }
    enterRoot(wd);
    return 0;
  }

  private void enterRoot(int wd) {
    var node = new DirectoryNode(wd, null, "");
    root = node;
    nodes.put(wd, node);
    jobs.add(new Job(node, null));
  }

  void close() {
    endJob();
  }

  // --- what events say

  /** The kernel watches it no longer. */
  void forget(DirectoryNode node) {
    nodes.remove(node.wd);
    node.gone = true;
    node.detach();
    Job elsewhere = node.seenAt;
    if (elsewhere != null) {
      jobs.add(elsewhere);
    }
  }

  /** A directory has come into a known one: it is to be watched. */
  void adopt(DirectoryNode parent, String name) {
    if (options.tree()) {
      jobs.add(new Job(parent, name));
    }
  }

  /** A directory, if it is one, has left the tree, with all in it. */
  void remove(DirectoryNode parent, String name) {
    DirectoryNode node = parent.children.get(name);
    if (node != null) {
      for (DirectoryNode each : node.subtree()) {
        forget(each);
        paths.unwatch(each.wd); // EINVAL if the kernel was faster: IN_IGNORED comes
      }
    }
  }

  /** A directory has another place in the tree. */
  void move(DirectoryNode from, String name, DirectoryNode to, String newName) {
    DirectoryNode node = from.children.get(name);
    if (node == null) {
      adopt(to, newName); // it was still to be looked for
      return;
    }
    node.detach();
    DirectoryNode before = to.children.put(newName, node);
    if (before != null) {
      displaced.add(before); // it was empty, and is removed; or else the two were exchanged
    }
    node.parent = to;
    node.name = newName;
    node.seenAt = null;
    for (DirectoryNode each : node.subtree()) {
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
    DirectoryNode old = root;
    if (old != null) {
      unseen.addAll(nodes.keySet());
      unseen.remove(old.wd);
      nodes.values().forEach(each -> each.gone = true);
      nodes.clear();
      enterRoot(old.wd);
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
      int fd = paths.open(jobFd, next.name);
      seen.add(new Seen(next.name, true, paths.watchAndClose(fd)));
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
      int wd = paths.watchAndClose(paths.open(jobFd, name));
      seen.add(new Seen(name, type == Dirents.DT_DIR || wd >= 0, wd));
    } else {
      seen.add(new Seen(name, type == Dirents.DT_DIR, 0));
    }
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
      paths.unwatch(wd);
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

  private void commitFailure(DirectoryWatch to, DirectoryNode in) throws Exception {
    in.unsure = true;
    if (rootLost) {
      to.gone();
    } else if (!isGone(jobFailure)) {
      to.tellFailed(in, "", FileEvent.reason("open", jobFailure));
    }
  }

  /** Opens a known directory by its path, if it is there. */
  private int open(DirectoryNode node) {
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
  private int openVerified(DirectoryNode node) {
    int fd = paths.open(node);
    int wd = fd < 0 ? fd : paths.watch(fd);
    if (wd == node.wd) {
      return fd;
    }
    if (fd >= 0) {
      File.close(fd);
      unwatchUnknown(wd);
    }
    return wd < 0 ? wd : -Errno.ESTALE;
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

  private void enter(DirectoryWatch to, DirectoryNode parent, Seen child) throws Exception {
    DirectoryNode known = nodes.get(child.wd);
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
      DirectoryNode node = new DirectoryNode(child.wd, parent, child.name);
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
      unseen.forEach(paths::unwatch);
      unseen.clear();
      to.tell(Kind.COMPLETE, null, null, false);
    }
  }
}
