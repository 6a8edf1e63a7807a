package edgewise.http;

import org.slf4j.Logger;

/** What becomes of exceptions from handlers: logged unless expected, then a response. */
final class Failures {
  private final Logger log;
  private final ErrorHandler handler;

  Failures(Logger log, ErrorHandler handler) {
    this.log = log;
    this.handler = handler;
  }

  Response response(Request request, Throwable failure) {
    if (!(failure instanceof StatusException)) {
      log.error("the handler of {} failed", request, failure);
    }
    try {
      Response response = handler.handle(request, failure);
      if (response != null) {
        return response;
      }
      log.error("the error handler answered {} with null", request);
    } catch (Throwable t) {
      log.error("the error handler failed", t);
    }
    return Response.error(500);
  }
}
