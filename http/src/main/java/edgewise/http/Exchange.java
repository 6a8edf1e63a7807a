package edgewise.http;

import edgewise.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request in hand and its response. Two things go on in it at once, each at its own pace:
 *
 * <pre>
 *   the body, {@link Intake}:  collected | received | thrown away --last octet--> ended
 *
 *   the response:  AWAITED --known--> WRITTEN
 *                     `--known, made piece by piece--> STREAMING --its end--> WRITTEN
 * </pre>
 *
 * <p>When both are over, or the response and the connection are, it ends. A loop keeps a few for
 * reuse; an idle connection has none. One that a handler keeps, because the answer comes later, may
 * be read by other threads, so it is not used again.
 */
final class Exchange {
  private enum Reply {
    AWAITED,
    /** The head is written, the body is being made. */
    STREAMING,
    WRITTEN
  }

  final RequestParser parser;
  final Request request;
  private final HttpLoop shared;
  final Intake intake;

  private @Nullable HttpConnection connection;

  private Reply reply = Reply.AWAITED;

  /** What the response waits for. */
  private @Nullable Later later;

  /** Who is to give the response; any other comes too late. */
  private @Nullable CompletionStage<Response> awaited;

  /** The answer, which has come in the middle of something else. */
  private @Nullable Response arrived;

  /** The response, to be written when the body has been thrown away. */
  private @Nullable Response held;

  private @Nullable BodyWriter writer;

  /** What to do if the response is never written. */
  private @Nullable Runnable whenGone;

  /** Whether another request may follow; known when the head is written. */
  boolean persistent;

  /** Whether the client takes what is written. */
  boolean taken = true;

  /** Of the response that streams. */
  private int status;

  long startNanos;
  private boolean shownToOthers;

  Exchange(HttpLoop shared) {
    this.shared = shared;
    parser = new RequestParser(shared.limits);
    request = new Request(parser, this);
    intake = new Intake(this, shared, parser, request);
  }

  /** Makes it ready for another request; false if somebody else may still have it. */
  boolean reset() {
    if (shownToOthers) {
      return false;
    }
    parser.reset();
    request.forget();
    intake.reset();
    connection = null;
    reply = Reply.AWAITED;
    later = null;
    awaited = null;
    arrived = null;
    held = null;
    writer = null;
    whenGone = null;
    persistent = false;
    taken = true;
    return true;
  }

  /** From now on others may read the request, on any thread, for as long as they like. */
  void keep() {
    shownToOthers = true;
    intake.keepShown();
  }

  // --- the request

  /** The head is complete, and stands in the buffer; what follows there comes after it. */
  void begin(HttpConnection on, ByteBuffer in, int base) {
    connection = on;
    startNanos = shared.startNanos();
    request.show(on, in, base);
    if (intake.begin(in)) {
      handle(in);
    } else {
      connection().refuse(Refusal.BODY_LENGTH);
    }
  }

  private HttpConnection connection() {
    return Objects.requireNonNull(connection, "an exchange that is over");
  }

  private void handle(ByteBuffer in) {
    Response response = connection().call(shared.handler, request);
    if (intake.received > 0 && isReceiving(response)) {
      intake.putBack(in);
    }
    decide(response);
  }

  /** A response is there, perhaps before the body. */
  private void decide(Response response) {
    boolean isItsTurn = response.body() instanceof Later || intake.ended || intake.hasReceiver();
    if (isItsTurn || intake.awaitsContinue() || !intake.limitDiscarded()) {
      answer(response); // if the body is in the way, the connection ends after it
      return;
    }
    intake.paused = false; // nobody wants the body, but the next request comes after it
    if (response.body() instanceof Body.Source) {
      answer(response); // whoever makes it may be at work already
    } else {
      held = response;
    }
  }

  private static boolean isReceiving(Response response) {
    return response.body() instanceof Later later
        && later.awaited() instanceof Later.Answer answer
        && answer.receiver() != null;
  }

  // --- the body

  /** Does what can be done now; false if there is nothing. */
  boolean goOn(ByteBuffer in) {
    return takeArrived() || (intake.isReading() && readBody(in));
  }

  private boolean readBody(ByteBuffer in) {
    Intake.Step step = intake.read(in);
    switch (step) {
      case NOTHING, PART -> {}
      case END -> bodyEnded();
      case REFUSED -> connection().refuse(intake.refusal());
      case TOO_LONG -> bodyTooLong();
    }
    return step != Intake.Step.NOTHING;
  }

  /** Nothing more is read, and the connection ends with the response. */
  private void bodyTooLong() {
    persistent = false;
    if (reply == Reply.WRITTEN) {
      connection().exchangeEnded(this);
    } else {
      answerHeld();
    }
  }

  /** Writes the response that has waited for the body; false if none has. */
  private boolean answerHeld() {
    Response response = held;
    if (response == null) {
      return false;
    }
    held = null;
    answer(response);
    return true;
  }

  private void bodyEnded() {
    if (reply == Reply.WRITTEN) {
      connection().exchangeEnded(this);
    } else if (answerHeld()) {
      return;
    } else if (intake.hasReceiver()) {
      intake.endReceiver();
    } else if (later != null && later.awaited() instanceof Callee callee) {
      answer(finish(later, connection().call(callee, request)));
    }
  }

  /** What filters make of a response that was waited for. */
  private Response finish(@Nullable Later waited, Response response) {
    try {
      return waited == null
          ? response
          : Objects.requireNonNull(waited.finish(response), "map gave null");
    } catch (Throwable t) {
      response.release(t);
      return shared.failures.response(request, t);
    }
  }

  private void receive(BodyReceiver by) {
    shownToOthers = true; // it may keep the flow
    intake.receive(by, new BodyFlow(connection(), this));
  }

  /** The handler cannot take the body: the client is told, if it is not too late. */
  void receiverFailed(Throwable t) {
    intake.failReceiver("the receiver has failed", t);
    intake.discard();
    if (reply == Reply.AWAITED) {
      later = null;
      awaited = null;
      answer(shared.failures.response(request, t).closing());
    } else {
      connection().failed(t);
    }
  }

  /** Tells the client to go on, if it waits for that and the body is wanted. */
  void sendContinue() {
    if (reply == Reply.AWAITED && intake.takeContinue()) {
      connection().writeIfOpen(Interim.CONTINUE);
    }
  }

  // --- the response

  /** Whether it is known that the client wants no body. */
  boolean isHead() {
    return connection != null && request.isHead();
  }

  boolean isAwaited() {
    return reply == Reply.AWAITED;
  }

  boolean isStreaming() {
    return reply == Reply.STREAMING;
  }

  @Nullable BodyWriter writer() {
    return writer;
  }

  /** Writes a response, or waits for what it depends on. */
  private void answer(Response response) {
    switch (response.body()) {
      case Later known -> await(known);
      case Body.Upgrade upgrade -> upgrade(response, upgrade);
      case Body.Source source when wantsBody(response) -> stream(response, source);
      case Body.Output output when wantsBody(response) -> {
        later = null;
        listen(ResponseOutput.start(connection().loop(), response, output.writer()));
      }
      default -> write(response);
    }
  }

  private boolean wantsBody(Response response) {
    return response.hasBody() && !request.isHead();
  }

  private void write(Response response) {
    begin(response, true);
    taken = connection().write(response, request.isHead(), persistence());
    replied(response.status(), wantsBody(response) ? response.body().length() : 0);
  }

  private void await(Later what) {
    switch (what.awaited()) {
      case Callee callee when request.hasWholeBody() ->
          answer(finish(what, connection().call(callee, request)));
      case Callee _ when intake.received > 0 || intake.ended ->
          receiverFailed(new IllegalStateException("the body was received by another handler"));
      case Callee _ -> {
        later = what;
        if (!intake.collect()) {
          connection().refuse(Refusal.BODY_LENGTH);
        }
      }
      case Later.Answer(CompletionStage<Response> stage, BodyReceiver by) -> {
        later = what;
        if (by != null) {
          receive(by);
        } else if (!intake.ended) {
          intake.paused = true; // whether it is wanted is known with the answer
        }
        listen(stage);
      }
    }
  }

  private void listen(CompletionStage<Response> stage) {
    shownToOthers = true; // whoever answers may do it after the connection is gone
    awaited = stage;
    EventLoop loop = connection().loop();
    stage.whenComplete((response, failure) -> {
      if (loop.inLoop()) {
        arrive(stage, response, failure);
        return;
      }
      try {
        loop.execute(() -> arrive(stage, response, failure));
      } catch (RejectedExecutionException e) { // the loop has ended, and the connection with it
        release(response, e);
      }
    });
  }

  /** The answer has come; not before something that is under way on this connection is over. */
  @SuppressWarnings("ReferenceEquality") // that very stage, and no equal one
  private void arrive(
      CompletionStage<Response> from, @Nullable Response response, @Nullable Throwable failure) {
    if (from != awaited || !connection().isIn(this) || reply != Reply.AWAITED) {
      release(response, new IOException("the client is gone"));
      return;
    }
    awaited = null;
    Response answer =
        response != null ? response : shared.failures.response(request, cause(failure));
    arrived = finish(later, answer);
    later = null;
    connection().arrived();
  }

  /** Goes on with an answer that has come; false if none has. */
  boolean takeArrived() {
    Response response = arrived;
    if (response == null) {
      return false;
    }
    arrived = null;
    decide(response);
    return true;
  }

  /** Lets go of a response that is never sent. */
  private static void release(@Nullable Response response, Throwable why) {
    if (response != null) {
      response.release(why);
    }
  }

  private static Throwable cause(@Nullable Throwable failure) {
    if (failure instanceof CompletionException && failure.getCause() != null) {
      return failure.getCause();
    }
    return failure != null ? failure : new NullPointerException("a handler answered with null");
  }

  /**
   * Whether the client has said that it sends nothing after this request. A body may still be
   * followed by a line break that its length does not count: RFC 9112 section 2.2.
   */
  boolean saysLast() {
    return parser.rules.saysClose() && intake.ended && intake.received == 0;
  }

  private boolean mayPersist(Response response) {
    return parser.isPersistent()
        && !response.isClosing()
        && connection().mayPersist()
        && (intake.ended
            || (!intake.awaitsContinue() && (intake.hasReceiver() || intake.limitDiscarded())));
  }

  /** The head of the response is about to be written. */
  private void begin(Response response, boolean bodyEndsItself) {
    persistent = bodyEndsItself && mayPersist(response);
    if (!persistent && !intake.ended && !intake.hasReceiver()) {
      intake.paused =
          true; // nobody wants the rest of the body, and it is no longer the client's duty
    }
  }

  private Persistence persistence() {
    if (!persistent) {
      return Persistence.CLOSED;
    }
    return parser.line.minorVersion == 0 ? Persistence.KEPT_AND_SAID : Persistence.KEPT;
  }

  private void stream(Response response, Body.Source body) {
    BodyWriter.Framing framing =
        body.length() != Body.UNKNOWN
            ? BodyWriter.Framing.LENGTH
            : parser.line.minorVersion == 0 ? BodyWriter.Framing.CLOSE : BodyWriter.Framing.CHUNKED;
    begin(response, framing != BodyWriter.Framing.CLOSE);
    reply = Reply.STREAMING;
    status = response.status();
    writer = new BodyWriter(connection(), body.source(), framing, body.length());
    connection().writeHead(response, framing == BodyWriter.Framing.CHUNKED, persistence());
    HttpConnection on = connection();
    writer.produce();
    if (reply == Reply.STREAMING && on.isStopping()) {
      drain();
    }
  }

  /** The source has ended the body. */
  void streamEnded(BodyWriter by) {
    if (by == writer && reply == Reply.STREAMING) {
      taken = by.isTaken();
      replied(status, by.written());
    }
  }

  /** The response is written, to its last octet. */
  private void replied(int withStatus, long bodyBytes) {
    reply = Reply.WRITTEN;
    shared.answered(connection(), this, withStatus, bodyBytes);
    persistent &= intake.ended || intake.limitDiscarded();
    if (intake.ended || !persistent) {
      connection().exchangeEnded(this);
    } else {
      intake.failReceiver("the response has ended before the request's body", null);
      intake.discard();
      intake.paused = false;
    }
  }

  private void upgrade(Response response, Body.Upgrade to) {
    if (intake.ended && request.upgradesTo(to.protocol())) {
      reply = Reply.WRITTEN;
      shared.answered(connection(), this, response.status(), 0);
      connection().upgrade(response, to.next());
    } else {
      answer(Response.error(426).header("Upgrade", to.protocol()));
    }
  }

  // --- the end

  /** There is room to write again. */
  void onWritable() {
    taken = true;
    if (writer != null) {
      writer.produce();
    }
  }

  /** The server is to stop: what streams should come to an end. */
  void stop() {
    persistent = false;
    drain();
  }

  /** The same where the connection may go on: what the client was told still holds. */
  void drain() {
    if (writer != null) {
      writer.stop();
    }
  }

  void whenGone(Runnable action) {
    whenGone = action;
  }

  /** It ends, perhaps before its time: lets go of everything that waits for the rest. */
  void abandon(String why, @Nullable Throwable cause) {
    intake.failReceiver(why, cause);
    if (writer != null) {
      if (reply == Reply.STREAMING) {
        shared.answered(connection(), this, status, writer.written());
      }
      writer.close(cause);
    }
    if (whenGone != null && reply != Reply.WRITTEN) {
      shared.tellOfEnd(whenGone);
    }
    if (held != null || arrived != null) {
      var gone = new IOException(why, cause);
      release(held, gone);
      release(arrived, gone);
    }
  }
}
