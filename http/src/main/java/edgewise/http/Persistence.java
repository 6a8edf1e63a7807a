package edgewise.http;

/** What becomes of the connection after a response, RFC 9112 section 9.3. */
enum Persistence {
  /** It stays, as HTTP/1.1 takes for granted. */
  KEPT,
  /** It stays, and an HTTP/1.0 client has to be told. */
  KEPT_AND_SAID,
  /** It closes. */
  CLOSED
}
