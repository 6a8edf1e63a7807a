package edgewise.http;

/** Answers requests. Runs on a loop's thread, so it must not block. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers one request.
   *
   * @param request a view that is valid until this method returns
   * @return the answer, which then belongs to the server: the file of a file response is closed by
   *     it
   * @throws StatusException to answer with an error status
   * @throws Exception anything else becomes a 500 that tells the client nothing, and is logged
   */
  Response handle(Request request) throws Exception;
}
