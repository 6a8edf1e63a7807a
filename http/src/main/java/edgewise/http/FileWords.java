package edgewise.http;

import edgewise.OpenFile;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the fields of a response say of one state of a file: they are put together once, for as long
 * as the file stays as it is. Holds no file open; any thread.
 */
final class FileWords {
  private static final Response FAILED = Response.error(412);
  private static final Response NOT_MODIFIED = Response.status(304);

  private final String name;
  private final long size;
  private final long modifiedNanos;
  private final long fileKey;
  private final @Nullable String coding;
  private final Validators validators;
  private final @Nullable String lastModified;
  private final @Nullable String cacheControl;
  private final @Nullable String vary;

  /**
   * 200 with the file as it was first sent. Its encoded head serves for the next ones, unless a
   * filter makes other responses of them all. Loops may set it at the same time: each sees a whole
   * one, since its fields are final, and all say the same.
   */
  private @Nullable Response whole;

  /**
   * Of a file that is open.
   *
   * @param now seconds since 1970
   */
  FileWords(
      String name,
      Variant variant,
      long now,
      @Nullable String cacheControl,
      @Nullable String vary) {
    OpenFile file = variant.file();
    this.name = name;
    size = file.size();
    modifiedNanos = file.modifiedNanos();
    fileKey = file.fileKey();
    coding = variant.coding();
    validators = Validators.of(file, coding, now);
    lastModified = validators.hasLastModified() ? HttpDate.format(validators.lastModified()) : null;
    this.cacheControl = cacheControl;
    this.vary = vary;
  }

  /** Whether they hold for that file, too. */
  boolean areOf(String thatName, Variant variant, long now) {
    OpenFile file = variant.file();
    return file.modifiedNanos() == modifiedNanos
        && file.size() == size
        && file.fileKey() == fileKey
        && Objects.equals(variant.coding(), coding)
        && Validators.mayTell(modifiedNanos, now) == validators.hasLastModified()
        && thatName.equals(name);
  }

  Validators validators() {
    return validators;
  }

  /** 200 with all of the file, which the response owns. */
  Response whole(OpenFile file) {
    Response first = whole;
    if (first != null) {
      return first.withBody(Body.FileRegion.whole(file));
    }
    Response made = withRanges(coded(Response.file(file, MediaTypes.of(name))));
    whole = made;
    return made;
  }

  /** 206 with some of the file, which the response owns. */
  Response some(OpenFile file, List<ByteRanges.Range> ranges) {
    return withRanges(coded(PartialContent.of(file, MediaTypes.of(name), ranges)));
  }

  /** 304. */
  Response notModified() {
    return varied(cached(validated(NOT_MODIFIED)));
  }

  /** 412; nothing that fails is to be cached. */
  Response failed() {
    return varied(FAILED);
  }

  /** 416. */
  Response unsatisfiable() {
    return varied(ranged(validated(PartialContent.unsatisfiable(size))));
  }

  private Response withRanges(Response response) {
    return varied(cached(ranged(validated(response))));
  }

  private Response coded(Response response) {
    return with(response, "Content-Encoding", coding);
  }

  private Response validated(Response response) {
    Response tagged = response.header("ETag", validators.entityTag());
    return with(tagged, "Last-Modified", lastModified);
  }

  private static Response ranged(Response response) {
    return response.header("Accept-Ranges", "bytes");
  }

  private Response cached(Response response) {
    return with(response, "Cache-Control", cacheControl);
  }

  private Response varied(Response response) {
    return with(response, "Vary", vary);
  }

  private static Response with(Response response, String field, @Nullable String value) {
    return value == null ? response : response.header(field, value);
  }
}
