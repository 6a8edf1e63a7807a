package edgewise.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cookie for the client to keep, RFC 6265 section 4.1 and RFC 6265bis. What a browser would drop
 * in silence is an exception here.
 *
 * <pre>{@code
 * SetCookie session = SetCookie.builder("__Host-session", token)
 *     .path("/").secure().httpOnly().sameSite(SameSite.LAX).maxAge(Duration.ofDays(7)).build();
 * return Response.text("Welcome").header("Set-Cookie", session.fieldValue());
 * }</pre>
 *
 * @param name a token
 * @param value ASCII without blanks, commas, semicolons, backslashes, and without double quotes but
 *     for a pair around it; percent-encoding or Base64 carries the rest. With the name at most 4096
 *     octets
 * @param domain the host that gets it along with all hosts below; null for this host alone
 * @param path begins with a slash; null for the folder of the request's path
 * @param maxAge how long it is kept, in whole seconds; zero deletes it at once, null keeps it until
 *     the browser is closed. Browsers keep none for more than 400 days
 * @param expires until when it is kept; {@code maxAge} goes before it
 * @param secure sent over TLS only
 * @param httpOnly hidden from scripts
 * @param sameSite whether it goes along with requests from other sites; null leaves that to the
 *     browser
 * @param partitioned kept apart for each site that embeds this one
 */
public record SetCookie(
    String name,
    String value,
    @Nullable String domain,
    @Nullable String path,
    @Nullable Duration maxAge,
    @Nullable Instant expires,
    boolean secure,
    boolean httpOnly,
    @Nullable SameSite sameSite,
    boolean partitioned) {
  /** RFC 6265bis section 5.6: a browser ignores a longer pair of name and value. */
  private static final int MAX_PAIR = 4096;

  /** RFC 6265bis section 5.6: a browser ignores a longer attribute. */
  private static final int MAX_ATTRIBUTE = 1024;

  /** Whether a cookie goes along with requests that other sites cause. */
  public enum SameSite {
    /** Never. */
    STRICT("Strict"),
    /** When the user follows a link, but not with forms, frames and images. */
    LAX("Lax"),
    /** Always; only for cookies that are secure. */
    NONE("None");

    private final String written;

    SameSite(String written) {
      this.written = written;
    }
  }

  /**
   * A cookie that a browser takes.
   *
   * @throws IllegalArgumentException naming what is wrong, and never the value
   */
  public SetCookie {
    check(isToken(name), name, "the name must be a token: letters, digits and !#$%&'*+-.^_`|~");
    check(isValue(value), name, "the value has a character that none may have; encode it");
    check(name.length() + value.length() <= MAX_PAIR, name, "name and value exceed 4096 octets");
    check(domain == null || isDomain(domain), name, "the domain must be a host name");
    check(path == null || isPath(path), name, "the path must be ASCII, begin with / and have no ;");
    check(maxAge == null || !maxAge.isNegative(), name, "maxAge is negative");
    check(expires == null || isFourDigitYear(expires), name, "expires is not from 1601 to 9999");
    check(
        secure || sameSite != SameSite.NONE, name, "SameSite=None needs secure (RFC 6265bis 5.7)");
    check(secure || !partitioned, name, "partitioned needs secure");
    checkPrefix(name, domain, path, secure);
  }

  /** RFC 6265bis section 4.1.3; browsers look for the prefixes whatever their case. */
  private static void checkPrefix(
      String name, @Nullable String domain, @Nullable String path, boolean secure) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith("__secure-")) {
      check(secure, name, "the prefix needs secure");
    }
    if (lower.startsWith("__host-")) {
      boolean bound = secure && domain == null && "/".equals(path);
      check(bound, name, "the prefix needs secure, the path / and no domain");
    }
  }

  private static void check(boolean valid, String name, String otherwise) {
    if (!valid) {
      throw new IllegalArgumentException("cookie " + Shown.of(name) + ": " + otherwise);
    }
  }

  private static boolean isToken(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c < 0x80 && Octets.isToken((byte) c));
  }

  /** RFC 6265 section 4.1.1, cookie-value. */
  private static boolean isValue(String text) {
    boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
    String bare = quoted ? text.substring(1, text.length() - 1) : text;
    return bare.chars().allMatch(c -> c > 0x20 && c < 0x7F && "\",;\\".indexOf(c) < 0);
  }

  /** A leading dot is the form of RFC 2109, and means nothing more today. */
  private static boolean isDomain(String text) {
    boolean valid =
        text.chars()
            .allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || "-.".indexOf(c) >= 0));
    return valid && !text.isEmpty() && !text.startsWith(".") && text.length() <= 253;
  }

  private static boolean isPath(String text) {
    boolean valid = text.chars().allMatch(c -> c >= 0x20 && c < 0x7F && c != ';');
    return valid && text.startsWith("/") && !text.endsWith(" ") && text.length() <= MAX_ATTRIBUTE;
  }

  private static boolean isFourDigitYear(Instant instant) {
    if (instant.isBefore(Instant.parse("1601-01-01T00:00:00Z"))) {
      return false;
    }
    return instant.isBefore(Instant.parse("9999-12-31T23:59:59Z"));
  }

  /** The value of a Set-Cookie field. */
  public String fieldValue() {
    var text = new StringBuilder(64).append(name).append('=').append(value);
    if (domain != null) {
      text.append("; Domain=").append(domain);
    }
    if (path != null) {
      text.append("; Path=").append(path);
    }
    if (maxAge != null) {
      text.append("; Max-Age=").append(maxAge.toSeconds());
    }
    if (expires != null) {
      text.append("; Expires=").append(HttpDate.format(expires.getEpochSecond()));
    }
    text.append(secure ? "; Secure" : "").append(httpOnly ? "; HttpOnly" : "");
    if (sameSite != null) {
      text.append("; SameSite=").append(sameSite.written);
    }
    return text.append(partitioned ? "; Partitioned" : "").toString();
  }

  /** Without the value, which may be a secret, so that it does not end in a log. */
  @Override
  public String toString() {
    return "SetCookie[" + name + "]";
  }

  /** A builder of a cookie with nothing but a name and a value. */
  public static Builder builder(String name, String value) {
    return new Builder(name, value);
  }

  /** Sets what a cookie has besides its name and value. */
  public static final class Builder {
    private final String name;
    private final String value;
    private @Nullable String domain;
    private @Nullable String path;
    private @Nullable Duration maxAge;
    private @Nullable Instant expires;
    private boolean secure;
    private boolean httpOnly;
    private @Nullable SameSite sameSite;
    private boolean partitioned;

    private Builder(String name, String value) {
      this.name = name;
      this.value = value;
    }

    public Builder domain(String host) {
      domain = host;
      return this;
    }

    public Builder path(String prefix) {
      path = prefix;
      return this;
    }

    public Builder maxAge(Duration age) {
      maxAge = age;
      return this;
    }

    public Builder expires(Instant instant) {
      expires = instant;
      return this;
    }

    public Builder secure() {
      secure = true;
      return this;
    }

    public Builder httpOnly() {
      httpOnly = true;
      return this;
    }

    public Builder sameSite(SameSite policy) {
      sameSite = policy;
      return this;
    }

    public Builder partitioned() {
      partitioned = true;
      return this;
    }

    /**
     * The cookie.
     *
     * @throws IllegalArgumentException if a browser would not take it
     */
    public SetCookie build() {
      return new SetCookie(
          name, value, domain, path, maxAge, expires, secure, httpOnly, sameSite, partitioned);
    }
  }
}
