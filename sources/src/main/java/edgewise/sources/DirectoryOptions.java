package edgewise.sources;

/**
 * What of a directory is watched.
 *
 * @param tree whether the directories in it are watched too, and those in them, also such as are
 *     made later; symbolic links are not followed
 * @param contents whether changes of contents and attributes are told: {@link
 *     FileEvent.Kind#MODIFIED}, {@link FileEvent.Kind#WRITTEN}, {@link FileEvent.Kind#ATTRIBUTES}
 * @param maxDirectories the most directories that are watched; 65536, as each takes about a
 *     kilobyte of the kernel's memory
 */
public record DirectoryOptions(boolean tree, boolean contents, int maxDirectories) {
  /** One directory, with changes of contents. */
  public static final DirectoryOptions FLAT = new DirectoryOptions(false, true, 1);

  /** A tree, with changes of contents. */
  public static final DirectoryOptions TREE = new DirectoryOptions(true, true, 65536);

  public DirectoryOptions {
    if (maxDirectories < 1) {
      throw new IllegalArgumentException(
          "maxDirectories must be at least 1, not " + maxDirectories);
    }
  }

  /** The same with other {@link #contents}. */
  public DirectoryOptions withContents(boolean told) {
    return new DirectoryOptions(tree, told, maxDirectories);
  }

  /** The same with another {@link #maxDirectories}. */
  public DirectoryOptions withMaxDirectories(int most) {
    return new DirectoryOptions(tree, contents, most);
  }
}
