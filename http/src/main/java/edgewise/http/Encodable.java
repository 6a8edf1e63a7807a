package edgewise.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which responses may get a content coding, and what their fields say then. */
final class Encodable {
  private static final String VARIES_BY = "Accept-Encoding";

  /**
   * What has one of them is left as it is: it is encoded already, is a part, or has a digest of its
   * content, RFC 9530, that would be wrong.
   */
  private static final Set<String> FINAL =
      Set.of(
          "content-encoding",
          "content-range",
          "content-digest",
          "repr-digest",
          "digest",
          "content-md5");

  private Encodable() {}

  /** Whether it may be encoded, for a client that wants that. */
  static boolean isEncodable(Response response) {
    return !isPart(response.status())
        && !Status.hasNoBody(response.status())
        && response.status() != 205
        && isCompressible(response)
        && isChangeable(response);
  }

  private static boolean isCompressible(Response response) {
    String type = response.header("Content-Type");
    return type != null && MediaTypes.isCompressible(type);
  }

  private static boolean isPart(int status) {
    return status == 206;
  }

  private static boolean isChangeable(Response response) {
    for (Response.Field field : response.fields()) {
      String name = field.name().toLowerCase(Locale.ROOT);
      if (FINAL.contains(name)
          || (name.equals("cache-control") && hasMember(field.value(), "no-transform"))) {
        return false; // RFC 9111 section 5.2.2.6
      }
    }
    return true;
  }

  /**
   * Whether it stands for one that may have been encoded: word that the client has it, or a part of
   * it. RFC 9110 sections 15.3.7 and 15.4.5 want the Vary of the whole in both. What neither tells
   * its type may be of any.
   */
  static boolean standsForEncodable(Response response) {
    if (response.status() != 304 && !isPart(response.status())) {
      return false;
    }
    String type = response.header("Content-Type");
    return response.header("Content-Encoding") == null
        && (type == null
            || type.startsWith("multipart/byteranges")
            || MediaTypes.isCompressible(type));
  }

  /** The same, saying that it depends on what the client accepts. */
  static Response varied(Response response) {
    return variesAlready(response)
        ? response
        : response.header("Vary") == null
            ? response.header("Vary", VARIES_BY)
            : withFields(response, response.body(), mergedVary(response.fields()));
  }

  private static boolean variesAlready(Response response) {
    return response.fields().stream()
        .filter(f -> f.name().equalsIgnoreCase("Vary"))
        .anyMatch(f -> hasMember(f.value(), VARIES_BY) || hasMember(f.value(), "*"));
  }

  private static List<Response.Field> mergedVary(List<Response.Field> fields) {
    var merged = new ArrayList<>(fields);
    for (int i = 0; i < merged.size(); i++) {
      Response.Field field = merged.get(i);
      if (field.name().equalsIgnoreCase("Vary")) {
        String both = field.value().isEmpty() ? VARIES_BY : field.value() + ", " + VARIES_BY;
        merged.set(i, new Response.Field(field.name(), both));
        break;
      }
    }
    return merged;
  }

  /**
   * The head of the encoded response, with the body that it is to have. Its tag is weak, RFC 9110
   * section 8.8.3: the octets are others than those that the strong one stands for. Ranges would be
   * of octets that are made anew each time, so none are offered.
   */
  static Response encoded(Response response, String coding, Body body) {
    Response varied = varied(response);
    var fields = new ArrayList<Response.Field>();
    for (Response.Field field : varied.fields()) {
      if (field.name().equalsIgnoreCase("ETag")) {
        fields.add(new Response.Field(field.name(), weak(field.value())));
      } else if (!field.name().equalsIgnoreCase("Accept-Ranges")) {
        fields.add(field);
      }
    }
    fields.add(new Response.Field("Content-Encoding", coding));
    return withFields(varied, body, fields);
  }

  /** A 304 with the tag that the client has, if that is the weak form of the one given. */
  static Response withTagOf(Response notModified, List<String> ifNoneMatch) {
    String tag = notModified.header("ETag");
    if (tag == null || ifNoneMatch.stream().noneMatch(known -> known.contains(weak(tag)))) {
      return notModified;
    }
    var fields = new ArrayList<Response.Field>();
    for (Response.Field field : notModified.fields()) {
      boolean isTag = field.name().equalsIgnoreCase("ETag");
      fields.add(isTag ? new Response.Field(field.name(), weak(tag)) : field);
    }
    return withFields(notModified, notModified.body(), fields);
  }

  private static String weak(String tag) {
    return tag.startsWith("W/") ? tag : "W/" + tag;
  }

  private static Response withFields(Response response, Body body, List<Response.Field> fields) {
    Response made = Response.status(response.status()).withBody(body);
    for (Response.Field field : fields) {
      made = made.header(field);
    }
    return response.isClosing() ? made.closing() : made;
  }

  /** Whether a list of the form {@code a, b=c} has a member, whatever its case. */
  private static boolean hasMember(@Nullable String list, String member) {
    if (list == null) {
      return false;
    }
    for (String one : list.split(",", -1)) {
      if (one.strip().equalsIgnoreCase(member)) {
        return true;
      }
    }
    return false;
  }
}
