package edgewise.http;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Answers a GET or HEAD with a file that is there: with the variant that suits the client, with all
 * of it, some of it, or word that the client has it already.
 */
final class FileAnswers {
  /** What Cache-Control says of the files that are like the pattern. */
  record CacheRule(PathPattern pattern, String value) {}

  /** As many as are remembered, with some 1 KiB each, or more where names are long. 2 to the n. */
  private static final int KNOWN = 256;

  private static final String VARY = "Accept-Encoding";

  /** RFC 9110 section 12.5.3: the client forbids all that there is, no coding included. */
  private static final Response NOT_ACCEPTABLE = Response.error(406).header("Vary", VARY);

  private final FileRoot root;
  private final boolean precompressed;
  private final List<CacheRule> cacheRules;

  /**
   * By the hash of a file's name, for all loops: what was said of the file when it was last sent,
   * because to say it again costs as much as to open it. The file is opened and examined each time.
   */
  private final AtomicReferenceArray<@Nullable FileWords> words = new AtomicReferenceArray<>(KNOWN);

  FileAnswers(FileRoot root, boolean precompressed, List<CacheRule> cacheRules) {
    this.root = root;
    this.precompressed = precompressed;
    this.cacheRules = cacheRules;
  }

  /**
   * The answer, which owns the file.
   *
   * @param name that of the file, below the root
   */
  Response answer(Request request, OpenFile file, String name) throws IOException {
    boolean negotiated = precompressed && !Variant.isCompressed(name);
    Variant variant =
        negotiated
            ? Variant.choose(root, name, file, request.headers("Accept-Encoding"))
            : new Variant(file, null);
    if (variant == null) {
      return NOT_ACCEPTABLE;
    }
    boolean answered = false;
    try {
      Response response = answer(request, variant, words(variant, name, negotiated));
      answered = true;
      return response;
    } finally {
      if (!answered) {
        variant.file().close();
      }
    }
  }

  /** What is said of the file as it is now: as the last time, if it has not changed. */
  private FileWords words(Variant variant, String name, boolean negotiated) {
    long now = System.currentTimeMillis() / 1000;
    int slot = (name.hashCode() ^ Objects.hashCode(variant.coding())) & (KNOWN - 1);
    FileWords known = words.get(slot);
    if (known == null || !known.areOf(name, variant, now)) {
      known = new FileWords(name, variant, now, cacheControl(name), negotiated ? VARY : null);
      words.set(slot, known);
    }
    return known;
  }

  private @Nullable String cacheControl(String name) {
    for (CacheRule rule : cacheRules) {
      if (rule.pattern.matches(name)) {
        return rule.value;
      }
    }
    return null;
  }

  private static Response answer(Request request, Variant variant, FileWords words) {
    OpenFile file = variant.file();
    var conditions = new Preconditions(request::headers, words.validators());
    return switch (conditions.evaluate()) {
      case FAILED -> instead(file, words.failed());
      case NOT_MODIFIED -> instead(file, words.notModified());
      case PERFORM -> {
        ByteRanges wanted =
            request.isHead() || !conditions.allowRange()
                ? new ByteRanges.Whole() // section 14.2: only GET has ranges
                : ByteRanges.select(request.headers("Range"), file.size());
        yield perform(variant, wanted, words);
      }
    };
  }

  private static Response instead(OpenFile file, Response response) {
    file.close();
    return response;
  }

  private static Response perform(Variant variant, ByteRanges wanted, FileWords words) {
    OpenFile file = variant.file();
    return switch (wanted) {
      case ByteRanges.Unsatisfiable none -> instead(file, words.unsatisfiable());
      // Content-Encoding would seem to be that of the multipart body, and not of its parts.
      case ByteRanges.Some some when variant.coding() == null || some.ranges().size() == 1 ->
          words.some(file, some.ranges());
      case ByteRanges.Some some -> words.whole(file);
      case ByteRanges.Whole whole -> words.whole(file);
    };
  }
}
