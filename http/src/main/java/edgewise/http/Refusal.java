package edgewise.http;

/**
 * Why a message is refused: a status, and a reason for whoever debugs the client. After any of
 * these nothing that follows on the connection is interpreted, since where the next message begins
 * is unknown or not to be trusted.
 */
enum Refusal {
  EMPTY_LINES(400, "too many empty lines before the request line"),
  METHOD(400, "the request line does not begin with a method and one space"),
  METHOD_LENGTH(501, "no method is that long"),
  TARGET(400, "the request target is malformed"),
  REQUEST_LINE(400, "the request line is not METHOD SP TARGET SP HTTP/1.1 CRLF"),
  REQUEST_LINE_LENGTH(414, "the request line is too long"),
  VERSION(505, "only HTTP/1.0 and HTTP/1.1 are spoken here"),
  BARE_LF(400, "a line ends with LF instead of CRLF"),
  BARE_CR(400, "a CR without LF"),
  FIELD_NAME(400, "a header line does not begin with a field name and a colon"),
  FIELD_FOLDED(400, "a header line is folded or begins with white space"),
  FIELD_VALUE(400, "a field value has a control character"),
  HEADER_LENGTH(431, "the header is too long"),
  HEADER_COUNT(431, "the header has too many fields"),
  HOST_MISSING(400, "the Host field is missing"),
  HOST_REPEATED(400, "more than one Host field"),
  HOST(400, "the Host field is malformed"),
  LENGTH(400, "Content-Length is not a number"),
  LENGTH_REPEATED(400, "more than one Content-Length"),
  CODING(400, "Transfer-Encoding is malformed, or chunked is not its last coding"),
  CODING_REPEATED(400, "more than one Transfer-Encoding"),
  CODING_UNKNOWN(501, "the only transfer coding known is chunked"),
  CODING_IN_1_0(400, "Transfer-Encoding in an HTTP/1.0 request"),
  CODING_AND_LENGTH(400, "both Transfer-Encoding and Content-Length"),
  EXPECTATION(417, "the only expectation known is 100-continue"),
  BODY_LENGTH(413, "the body is too long"),
  CHUNK_SIZE(400, "a chunk size is malformed"),
  CHUNK_EXTENSION(400, "a chunk extension is malformed"),
  CHUNK_EXTENSION_LENGTH(400, "the chunk extensions are too long"),
  CHUNK_END(400, "a chunk does not end with CRLF"),
  INCOMPLETE(400, "the connection ended within the request"),
  HEADER_SLOW(408, "the header took too long"),
  BODY_SLOW(408, "the body comes too slowly"),
  CONNECTIONS(503, "this client has too many connections open");

  final int status;
  final String reason;

  Refusal(int status, String reason) {
    this.status = status;
    this.reason = reason;
  }

  /** The whole answer. */
  Response response() {
    String text = status + " " + Status.reason(status) + ": " + reason + "\n";
    return Response.text(text).withStatus(status);
  }
}
