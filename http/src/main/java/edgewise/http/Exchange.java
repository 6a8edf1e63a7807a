package edgewise.http;

import edgewise.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request in hand and its response. Two things go on in it at once, each at its own pace:
 *
 * <pre>
 *   the body:      COLLECT | RECEIVE | DISCARD --last octet--> bodyEnded
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
  private enum Intake {
    /** Kept in memory, for a handler that wants all of it. */
    COLLECT,
    /** Handed on piece by piece. */
    RECEIVE,
    /** Thrown away, so that the next request can be found behind it. */
    DISCARD
  }

  private enum Reply {
    AWAITED,
    /** The head is written, the body is being made. */
    STREAMING,
    WRITTEN
  }

  final RequestParser parser;
  final Request request;
  private final HttpLoop shared;
  private final HttpLimits limits;
  private final BodyDecoder decoder;
  private final Kept kept;

  private @Nullable HttpConnection connection;

  // --- the body

  private Intake intake = Intake.DISCARD;
  private @Nullable BodyReceiver receiver;

  /** Octets of the body that have come. */
  long received;

  /** The whole body has come. */
  boolean bodyEnded;

  /** The receiver wants nothing more now. */
  boolean paused;

  /** Was {@link #paused} at some time since the rate was looked at. */
  boolean hasPaused;

  /** More is to come than may be thrown away. */
  private boolean tooLong;

  /** 100 (Continue) was sent. */
  private boolean continued;

  // --- the response

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
    limits = shared.limits;
    parser = new RequestParser(limits);
    decoder = new BodyDecoder(limits);
    request = new Request(parser, this);
    kept = new Kept(limits.maxBodyBytes());
  }

  /** Makes it ready for another request; false if somebody else may still have it. */
  boolean reset() {
    if (shownToOthers) {
      return false;
    }
    parser.reset();
    request.forget();
    kept.clear();
    connection = null;
    intake = Intake.DISCARD;
    receiver = null;
    received = 0;
    bodyEnded = false;
    paused = false;
    hasPaused = false;
    tooLong = false;
    continued = false;
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
    keepShown();
  }

  /** The receive buffer is going to be used for something else. */
  void keepShown() {
    kept.copy(request, parser.length());
  }

  // --- the request

  /** The head is complete, and stands in the buffer; what follows there comes after it. */
  void begin(HttpConnection on, ByteBuffer in, int base) {
    connection = on;
    startNanos = shared.startNanos();
    request.show(on, in, base);
    if (parser.rules.chunked) {
      decoder.beginChunked(limits.maxStreamedBodyBytes());
    } else {
      decoder.beginFixed(announced());
    }
    if (announced() > limits.maxStreamedBodyBytes()) {
      connection().refuse(Refusal.BODY_LENGTH);
    } else {
      takeWholeBody(in);
      handle(in);
    }
  }

  private HttpConnection connection() {
    return Objects.requireNonNull(connection, "an exchange that is over");
  }

  /** The length of the body, as far as the head tells. */
  private long announced() {
    return Math.max(0, parser.rules.contentLength);
  }

  /** Takes a body of known length where it stands, without a copy, if all of it has come. */
  private void takeWholeBody(ByteBuffer in) {
    if (!parser.rules.chunked && announced() <= Math.min(in.remaining(), limits.maxBodyBytes())) {
      int length = (int) announced();
      request.showBody(in, in.position(), length);
      in.position(in.position() + length);
      received = length;
      bodyEnded = true;
    }
  }

  private void handle(ByteBuffer in) {
    Response response = connection().call(shared.handler, request);
    if (received > 0 && isReceiving(response)) {
      in.position(in.position() - (int) received); // it is to come piece by piece
      received = 0;
      bodyEnded = false;
      request.hideBody();
    }
    decide(response);
  }

  /** A response is there, perhaps before the body. */
  private void decide(Response response) {
    boolean isItsTurn = response.body() instanceof Later || bodyEnded || receiver != null;
    if (isItsTurn || awaitsContinue() || !limitDiscarded()) {
      answer(response); // if the body is in the way, the connection ends after it
      return;
    }
    paused = false; // nobody wants the body, but the next request comes after it
    if (response.body() instanceof Response.Body.Source) {
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

  /** Whether octets are welcome. */
  boolean isReading() {
    return !bodyEnded && !paused;
  }

  /** Does what can be done now; false if there is nothing. */
  boolean goOn(ByteBuffer in) {
    return takeArrived() || (isReading() && readBody(in));
  }

  private boolean readBody(ByteBuffer in) {
    int count = decoder.decode(in);
    switch (count) {
      case BodyDecoder.MORE_NEEDED -> {
        return false;
      }
      case BodyDecoder.REFUSED -> bodyRefused(Objects.requireNonNull(decoder.refusal()));
      case BodyDecoder.END -> endBody();
      default -> take(in, count);
    }
    return true;
  }

  private void bodyRefused(Refusal why) {
    if (why != Refusal.BODY_LENGTH || intake != Intake.DISCARD) {
      connection().refuse(why);
      return;
    }
    // Too much to be thrown away: nothing more is read, and the connection ends with the response.
    tooLong = true;
    paused = true;
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

  private void take(ByteBuffer in, int count) {
    int before = (int) received; // used while it is at most maxBodyBytes
    received += count;
    switch (intake) {
      case COLLECT -> kept.collect(in, count, before);
      case DISCARD -> in.position(in.position() + count);
      case RECEIVE -> hand(in, count);
    }
  }

  private void hand(ByteBuffer in, int count) {
    int limit = in.limit();
    int end = in.position() + count;
    in.limit(end);
    try {
      Objects.requireNonNull(receiver).receive(in);
    } catch (Throwable t) {
      receiverFailed(t);
    } finally {
      in.limit(limit).position(end);
    }
  }

  private void endBody() {
    bodyEnded = true;
    if (intake == Intake.COLLECT) {
      kept.showBody(request, (int) received);
    }
    if (reply == Reply.WRITTEN) {
      connection().exchangeEnded(this);
    } else if (answerHeld()) {
      return;
    } else if (receiver != null) {
      endReceiver();
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

  List<Response.Field> trailers() {
    return decoder.trailers();
  }

  private void receive(BodyReceiver by) {
    shownToOthers = true; // it may keep the flow
    intake = Intake.RECEIVE;
    receiver = by;
    paused = false;
    try {
      by.begin(new BodyFlow(connection(), this));
      if (bodyEnded) {
        if (received > 0) {
          by.receive(request.body());
        }
        endReceiver();
      }
    } catch (Throwable t) {
      receiverFailed(t);
    }
  }

  private void endReceiver() {
    BodyReceiver by = receiver;
    receiver = null;
    try {
      if (by != null) {
        by.end(trailers());
      }
    } catch (Throwable t) {
      receiverFailed(t);
    }
  }

  /** The handler cannot take the body: the client is told, if it is not too late. */
  private void receiverFailed(Throwable t) {
    failReceiver("the receiver has failed", t);
    intake = Intake.DISCARD;
    if (reply == Reply.AWAITED) {
      later = null;
      awaited = null;
      answer(shared.failures.response(request, t).closing());
    } else {
      connection().failed(t);
    }
  }

  private void failReceiver(String why, @Nullable Throwable cause) {
    BodyReceiver by = receiver;
    receiver = null;
    if (by != null) {
      guarded(() -> by.fail(new IOException(why, cause)));
    }
  }

  /** What a handler is told at the end must not keep the rest from being told. */
  private void guarded(Runnable telling) {
    try {
      telling.run();
    } catch (Throwable t) {
      shared.log.error("a handler failed when it was told of an end", t);
    }
  }

  /** Whether 100 (Continue) is what the client waits for: RFC 9110 section 10.1.1. */
  private boolean awaitsContinue() {
    return parser.rules.expectsContinue && !continued && received == 0 && !bodyEnded;
  }

  /** The receiver wants no more for now; one that is not there any more has no say. */
  void pauseBody() {
    if (receiver != null) {
      paused = true;
      hasPaused = true;
    }
  }

  /** Whether a receiver had the body paused, which now is over. */
  boolean resumeBody() {
    boolean wasPaused = receiver != null && paused;
    paused &= !wasPaused;
    return wasPaused;
  }

  /** Tells the client to go on, if it waits for that and the body is wanted. */
  void sendContinue() {
    boolean wanted = intake != Intake.DISCARD && !paused && reply == Reply.AWAITED;
    if (wanted && awaitsContinue()) {
      continued = true;
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
      case Response.Body.Upgrade upgrade -> upgrade(response, upgrade);
      case Response.Body.Source source when wantsBody(response) -> stream(response, source);
      case Response.Body.Output output when wantsBody(response) -> {
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
      case Callee _ when received > 0 || bodyEnded ->
          receiverFailed(new IllegalStateException("the body was received by another handler"));
      case Callee _ -> {
        later = what;
        intake = Intake.COLLECT;
        paused = false;
        if (!decoder.limit(limits.maxBodyBytes())) {
          connection().refuse(Refusal.BODY_LENGTH);
        }
      }
      case Later.Answer(CompletionStage<Response> stage, BodyReceiver by) -> {
        later = what;
        if (by != null) {
          receive(by);
        } else if (!bodyEnded) {
          paused = true; // whether it is wanted is known with the answer
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

  private boolean mayPersist(Response response) {
    return parser.isPersistent()
        && !response.isClosing()
        && connection().mayPersist()
        && (bodyEnded || (!awaitsContinue() && (receiver != null || limitDiscarded())));
  }

  /** Limits what may be thrown away from now on; false if more is known to come. */
  private boolean limitDiscarded() {
    return !tooLong && decoder.limit(limits.maxBodyBytes());
  }

  /** The head of the response is about to be written. */
  private void begin(Response response, boolean bodyEndsItself) {
    persistent = bodyEndsItself && mayPersist(response);
    if (!persistent && !bodyEnded && receiver == null) {
      paused = true; // nobody wants the rest of the body, and it is no longer the client's duty
    }
  }

  private Persistence persistence() {
    if (!persistent) {
      return Persistence.CLOSED;
    }
    return parser.line.minorVersion == 0 ? Persistence.KEPT_AND_SAID : Persistence.KEPT;
  }

  private void stream(Response response, Response.Body.Source body) {
    BodyWriter.Framing framing =
        body.length() != Response.Body.UNKNOWN
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
    persistent &= bodyEnded || limitDiscarded();
    if (bodyEnded || !persistent) {
      connection().exchangeEnded(this);
    } else {
      failReceiver("the response has ended before the request's body", null);
      intake = Intake.DISCARD;
      paused = false;
    }
  }

  private void upgrade(Response response, Response.Body.Upgrade to) {
    if (bodyEnded && request.upgradesTo(to.protocol())) {
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
    failReceiver(why, cause);
    if (writer != null) {
      if (reply == Reply.STREAMING) {
        shared.answered(connection(), this, status, writer.written());
      }
      writer.close(cause);
    }
    if (whenGone != null && reply != Reply.WRITTEN) {
      guarded(whenGone);
    }
    if (held != null || arrived != null) {
      var gone = new IOException(why, cause);
      release(held, gone);
      release(arrived, gone);
    }
  }
}
