package edgewise.sources;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A watched directory in a {@link DirectoryTree}, at the place that the events so far say. */
final class DirectoryNode {
  /** The number of its watch: an inode has one. */
  final int wd;

  @Nullable DirectoryNode parent;

  /** A char per byte, ISO 8859-1. */
  String name;

  final Map<String, DirectoryNode> children = new HashMap<>();

  /** It could not be looked through, as it was not where it should be. */
  boolean unsure;

  /** It is not watched any more. */
  boolean gone;

  /** Where it was seen before the event that says so; should it leave, it is looked for there. */
  DirectoryTree.@Nullable Job seenAt;

  DirectoryNode(int wd, @Nullable DirectoryNode parent, String name) {
    this.wd = wd;
    this.parent = parent;
    this.name = name;
  }

  boolean isRoot() {
    return parent == null;
  }

  /** The path of a name in it, below the root; of the empty name, its own. */
  String pathOf(String child) {
    var path = new StringBuilder(child);
    for (DirectoryNode at = this; at.parent != null; at = at.parent) {
      path.insert(0, path.isEmpty() ? at.name : at.name + "/");
    }
    return path.toString();
  }

  /** Takes it from its place, if that is not another's by now. */
  void detach() {
    if (parent != null) {
      parent.children.remove(name, this);
    }
  }

  /** It, and all below it. */
  List<DirectoryNode> subtree() {
    var all = new ArrayList<DirectoryNode>();
    all.add(this);
    for (int i = 0; i < all.size(); i++) {
      all.addAll(all.get(i).children.values());
    }
    return all;
  }
}
