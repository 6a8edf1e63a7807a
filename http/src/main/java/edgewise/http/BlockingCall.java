package edgewise.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One call of a blocking handler, on its own thread: its two streams, and its answer. */
final class BlockingCall implements Runnable {
  private final HttpHandler handler;
  private final Request request;
  private final int maxBodyBytes;
  private final @Nullable BodyPipe pipe;
  private final CompletableFuture<Response> answer = new CompletableFuture<>();
  private @Nullable ResponseOutput output;
  private byte @Nullable [] wholeBody;

  BlockingCall(HttpHandler handler, Request request) {
    this.handler = handler;
    this.request = request;
    maxBodyBytes = request.limits().maxBodyBytes();
    pipe = request.hasWholeBody() ? null : new BodyPipe(request.expectsContinue());
  }

  /** What the loop is told. */
  Response response() {
    return pipe == null ? Response.async(answer) : Response.receiving(pipe, answer);
  }

  @Override
  public void run() {
    try {
      Response response =
          Objects.requireNonNull(handler.handle(request), "a handler answered with null");
      if (output != null) {
        output.close();
      } else {
        answer.complete(response);
      }
    } catch (Throwable t) {
      if (output != null) {
        output.fail(t);
      } else {
        answer.completeExceptionally(t);
      }
    }
  }

  /** The body as it comes; null if it had come as a whole before the call. */
  @Nullable BodyPipe pipe() {
    return pipe;
  }

  /** The whole body, which is waited for. */
  byte[] readAll() {
    if (wholeBody == null) {
      try {
        wholeBody =
            Objects.requireNonNull(pipe)
                .readNBytes((int) Math.min(maxBodyBytes + 1L, Integer.MAX_VALUE));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (wholeBody.length > maxBodyBytes) {
      throw new StatusException(413, Refusal.BODY_LENGTH.reason);
    }
    return wholeBody;
  }

  /** Begins the response before the handler returns. */
  OutputStream respond(Response head, long length) {
    if (output != null) {
      throw new IllegalStateException("the response has begun already");
    }
    output = new ResponseOutput(request.loop(), head, length, answer);
    output.begin();
    return output;
  }
}
