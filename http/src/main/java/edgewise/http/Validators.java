package edgewise.http;

import edgewise.OpenFile;
import org.jspecify.annotations.Nullable;

/**
 * What tells one state of a representation from another, RFC 9110 section 8.8.
 *
 * @param entityTag strong, in its quotes
 * @param lastModified seconds since 1970, or {@link HttpDate#INVALID} if no time may be told
 */
record Validators(String entityTag, long lastModified) {
  private static final long NANOS = 1_000_000_000;

  /**
   * Those of a file. The tag is made of its size, its time in nanoseconds, and the number of its
   * inode. The inode tells a file from the one that took its place with the same size and time, as
   * archives and reproducible builds bring about; the price is that two servers give different tags
   * to copies of one file. What remains is a file that is written twice in place, within one tick
   * of the file system's clock and without a change of its length; or replaced twice by such with
   * the same time set, if the third gets the inode's number of the first.
   *
   * @param coding the name of its content coding, which sets the tags of variants apart
   * @param now seconds since 1970
   */
  static Validators of(OpenFile file, @Nullable String coding, long now) {
    var tag = new StringBuilder(48).append('"');
    tag.append(Long.toHexString(file.size())).append('-');
    tag.append(Long.toHexString(file.modifiedNanos())).append('-');
    tag.append(Long.toHexString(file.fileKey()));
    if (coding != null) {
      tag.append('-').append(coding);
    }
    long modified = Math.floorDiv(file.modifiedNanos(), NANOS);
    boolean told = mayTell(file.modifiedNanos(), now);
    return new Validators(tag.append('"').toString(), told ? modified : HttpDate.INVALID);
  }

  /** Section 8.8.2.1: never later than the answer itself; a time still to come is not told. */
  static boolean mayTell(long modifiedNanos, long now) {
    return Math.floorDiv(modifiedNanos, NANOS) <= now;
  }

  boolean hasLastModified() {
    return lastModified != HttpDate.INVALID;
  }
}
