package edgewise.http;

/** Makes a response of what a handler threw; see {@link HttpServer.Builder#onError}. */
@FunctionalInterface
public interface ErrorHandler {
  /**
   * The default: the status and reason of a {@link StatusException}, for anything else 500 and no
   * reason.
   */
  ErrorHandler PLAIN =
      (request, failure) ->
          failure instanceof StatusException told
              ? Response.text(told.getMessage() + "\n").withStatus(told.status())
              : Response.error(500);

  /**
   * The response to a failure; called on the loop, and must not block. What is no {@link
   * StatusException} has been logged already.
   */
  Response handle(Request request, Throwable failure) throws Exception;
}
