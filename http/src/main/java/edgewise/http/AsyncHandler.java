package edgewise.http;

import java.util.concurrent.CompletionStage;

/** Answers requests later, from any thread; see {@link HttpHandler#async}. */
@FunctionalInterface
public interface AsyncHandler {
  /**
   * Begins to answer a request; called on a loop's thread, with the whole body.
   *
   * @param request valid until the answer has come, on any thread
   * @return the answer to come. One that fails is handled like an exception of {@link
   *     HttpHandler#handle}; one that never comes holds the connection
   */
  CompletionStage<Response> handle(Request request) throws Exception;
}
