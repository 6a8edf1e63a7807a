package edgewise.http;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers a GET or HEAD with a file that is there: with the variant that suits the client, with all
 * of it, some of it, or word that the client has it already.
 */
final class FileAnswers {
  /** What Cache-Control says of the files that are like the pattern. */
  record CacheRule(PathPattern pattern, String value) {}

  private static final Response FAILED = Response.error(412);
  private static final Response NOT_MODIFIED = Response.status(304);
  private static final String VARY = "Accept-Encoding";

  /** RFC 9110 section 12.5.3: the client forbids all that there is, no coding included. */
  private static final Response NOT_ACCEPTABLE = Response.error(406).header("Vary", VARY);

  private final FileRoot root;
  private final boolean precompressed;
  private final List<CacheRule> cacheRules;

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
      Response response = answer(request, variant, name);
      answered = true;
      String caching = response.status() < 400 ? cacheControl(name) : null; // 412 and 416 may pass
      Response cached = caching == null ? response : response.header("Cache-Control", caching);
      return negotiated ? cached.header("Vary", VARY) : cached;
    } finally {
      if (!answered) {
        variant.file().close();
      }
    }
  }

  private @Nullable String cacheControl(String name) {
    for (CacheRule rule : cacheRules) {
      if (rule.pattern.matches(name)) {
        return rule.value;
      }
    }
    return null;
  }

  private static Response answer(Request request, Variant variant, String name) {
    OpenFile file = variant.file();
    var validators = Validators.of(file, variant.coding(), System.currentTimeMillis() / 1000);
    var conditions = new Preconditions(request::headers, validators);
    return switch (conditions.evaluate()) {
      case FAILED -> instead(file, FAILED);
      case NOT_MODIFIED -> instead(file, validated(NOT_MODIFIED, validators));
      case PERFORM -> {
        ByteRanges wanted =
            request.isHead() || !conditions.allowRange()
                ? new ByteRanges.Whole() // section 14.2: only GET has ranges
                : ByteRanges.select(request.headers("Range"), file.size());
        yield perform(variant, wanted, MediaTypes.of(name), validators);
      }
    };
  }

  private static Response instead(OpenFile file, Response response) {
    file.close();
    return response;
  }

  private static Response perform(
      Variant variant, ByteRanges wanted, String type, Validators validators) {
    OpenFile file = variant.file();
    Response response =
        switch (wanted) {
          case ByteRanges.Unsatisfiable none ->
              instead(file, PartialContent.unsatisfiable(file.size()));
          // Content-Encoding would seem to be that of the multipart body, and not of its parts.
          case ByteRanges.Some some when variant.coding() == null || some.ranges().size() == 1 ->
              coded(PartialContent.of(file, type, some.ranges()), variant);
          case ByteRanges.Some some -> coded(Response.file(file, type), variant);
          case ByteRanges.Whole whole -> coded(Response.file(file, type), variant);
        };
    return validated(response, validators).header("Accept-Ranges", "bytes");
  }

  private static Response coded(Response response, Variant variant) {
    String coding = variant.coding();
    return coding == null ? response : response.header("Content-Encoding", coding);
  }

  private static Response validated(Response response, Validators validators) {
    Response tagged = response.header("ETag", validators.entityTag());
    return validators.hasLastModified()
        ? tagged.header("Last-Modified", HttpDate.format(validators.lastModified()))
        : tagged;
  }
}
