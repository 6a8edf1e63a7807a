package edgewise.http;

import edgewise.Acceptor;
import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one HTTP/1.1 connection. Belongs to the connection's loop.
 *
 * <pre>
 *             first octet                 head complete
 *    IDLE -------------------> HEAD ---------------------> EXCHANGE --.--101--> UPGRADED
 *     ^  `-- whole request in one piece, the usual case --^           |
 *     |                                                               |
 *     |<---- request read, response written, connection persistent ---|
 *     |                                                               |
 *     `-- client takes the response -- BLOCKED <-- it does not -------|
 *                                                                     |
 *    ENDING <-- last response written, request refused, or stopped ---'
 * </pre>
 *
 * <p>While the server drains nothing closes in the middle of the keep-alive of a client: the next
 * response says that it is the last one.
 *
 * <p>Requests that came together are answered in one go, and leave with one send. While an {@link
 * Exchange} is under way the next request is not looked at: it stays in one buffer, and what
 * follows in the kernel, so a connection has never more than one request in hand.
 *
 * <p>What comes from outside (octets, room to write, an answer, a timer) runs between {@link
 * #enter} and {@link #settle}, which decides about reading and the deadline.
 */
final class HttpConnection implements Handler {
  private enum Phase {
    /** Between requests; nothing but empty lines has come. */
    IDLE,
    /** Some octets of a head have come. */
    HEAD,
    /** The head is complete; the request's body or the response is not. */
    EXCHANGE,
    /** Responses wait for the client, more than may be queued. */
    BLOCKED,
    /** The last response is written. */
    ENDING,
    /** Another handler has the connection. */
    UPGRADED
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** What may still be queued where a client is not waited for that should send nothing more. */
  private static final int MOST_AT_STAKE = 16 << 10;

  private final Connection connection;
  private final HttpLoop shared;
  private final Deadline deadline;
  private Phase phase = Phase.IDLE;
  private Phase phaseBefore = Phase.IDLE;

  /** Inside a call from outside, which ends with {@link #settle}. */
  private boolean entered;

  /** The client has sent more than was looked at in this call. */
  private boolean octetsWait;

  /** The same, of the last call that brought octets: they wait behind the exchange in hand. */
  private boolean octetsBehind;

  /** No request after the present one is answered. */
  private boolean stopping;

  /** The server is to stop. */
  private boolean stopped;

  /** What {@link #onData} is looking at. */
  private @Nullable ByteBuffer input;

  /** The client has ended its side. */
  private boolean ended;

  private boolean closeWhenTaken;

  /** By its own word nothing more comes from the client, and nothing has come. */
  private boolean heardOut;

  private int requests;

  /** A request has begun since the deadline was last looked at. */
  private boolean requestBegun;

  private @Nullable Exchange exchange;

  /** Who has the connection after an upgrade. */
  private @Nullable Upgraded upgraded;

  /** The address that this connection is counted for. */
  private @Nullable InetAddress client;

  /** The client's address, if it is IPv4: {@link ConnectionFacts#packed}. */
  private long remoteIpv4;

  private @Nullable ConnectionFacts facts;

  // The loop's list.
  @Nullable HttpConnection previous;
  @Nullable HttpConnection next;

  HttpConnection(Connection connection, HttpLoop shared) {
    this.connection = connection;
    this.shared = shared;
    this.deadline = new Deadline(this);
  }

  @Override
  public void onOpen(Connection self) {
    shared.opened(this);
    client = shared.clientOf(this);
    if (shared.clients.admit(client)) {
      deadline.awaitRequest();
    } else {
      enter();
      refuse(Refusal.CONNECTIONS);
      settle();
    }
  }

  @Override
  public void onClose(Connection self, @Nullable Throwable cause) {
    phase = Phase.ENDING;
    shared.stallWatch.leave(); // if a failure has ended it in the middle
    try {
      endExchange("the connection was closed within the request", cause);
    } finally {
      leave();
    }
  }

  private void leave() {
    leaveClient();
    shared.closed(this);
  }

  private void leaveClient() {
    deadline.cancel();
    shared.clients.leave(client);
    client = null;
  }

  // --- between two waits

  private void enter() {
    shared.date.refresh(System.currentTimeMillis());
    shared.stallWatch.enter();
    phaseBefore = phase;
    entered = true;
  }

  /** Closes if this is the end; else reads or not, and sets the deadline, as the phase wants it. */
  private void settle() {
    settleReading();
    setDeadline();
  }

  private void settleReading() {
    while (phase == Phase.EXCHANGE && exchange().goOn(NOTHING)) {} // an answer, or the body's end
    if (phase == Phase.EXCHANGE && !octetsWait) {
      exchange().sendContinue();
    }
    octetsWait = false;
    entered = false;
    shared.stallWatch.leave();
    if (phase == Phase.UPGRADED) {
      return;
    }
    if (!connection.isOpen()) {
      phase = Phase.ENDING;
    } else if (phase == Phase.ENDING) {
      end();
    } else if (isReading() && connection.isPaused()) {
      connection.resume();
    } else if (!isReading() && !connection.isPaused()) {
      connection.pause();
    }
  }

  /** What the client sends makes a plain close a reset, which can destroy the response. */
  private void end() {
    if (heardOut) {
      connection.close();
    } else {
      connection.closeLingering(shared.limits.lingerTimeout());
    }
  }

  private boolean isReading() {
    return switch (phase) {
      case IDLE, HEAD, UPGRADED -> true;
      case EXCHANGE -> exchange().intake.isReading();
      case BLOCKED, ENDING -> false;
    };
  }

  // --- requests

  @Override
  public void onData(Connection self, ByteBuffer in) {
    enter();
    input = in;
    boolean more = true;
    while (more) {
      more = step(in);
    }
    input = null;
    if (phase == Phase.EXCHANGE) {
      exchange().intake.keepShown();
      octetsWait = in.hasRemaining();
      octetsBehind = octetsWait;
    } else if (phase == Phase.ENDING) {
      in.position(in.limit());
    }
    settle();
  }

  /** Takes the next request, or as much of it as has come; false if there is no more to do now. */
  private boolean step(ByteBuffer in) {
    return switch (phase) {
      case IDLE, HEAD -> in.hasRemaining() && readHead(in);
      case EXCHANGE -> exchange().goOn(in);
      case BLOCKED, ENDING, UPGRADED -> false;
    };
  }

  private boolean readHead(ByteBuffer in) {
    Exchange current = exchange();
    RequestParser parser = current.parser;
    switch (parser.parse(in)) {
      case MORE_NEEDED -> {
        phase = parser.hasBegun() ? Phase.HEAD : Phase.IDLE;
        return false;
      }
      case REFUSED -> refuse(Objects.requireNonNull(parser.refusal()));
      case COMPLETE -> {
        int base = in.position();
        in.position(base + parser.length());
        requests++;
        requestBegun = true;
        phase = Phase.EXCHANGE;
        current.begin(this, in, base);
      }
    }
    return true;
  }

  // --- what an exchange uses

  /** Calls a handler, whose failure becomes a response. */
  Response call(Callee handler, Request request) {
    try {
      return handler.call(request);
    } catch (Throwable t) {
      return shared.failures.response(request, t);
    }
  }

  /** Whether that is the exchange in hand, and its response would reach somebody. */
  boolean isIn(Exchange one) {
    return one == exchange && connection.isOpen();
  }

  /** An answer has come: whatever is under way here takes it when it is over, or this does. */
  void arrived() {
    if (!entered) {
      enter();
      settle();
    }
  }

  /** The receiver wants more of the body. */
  void resumeBody(Exchange of) {
    if (of == exchange && of.intake.resume() && !entered) {
      enter();
      settle();
    }
  }

  void interim(Exchange of, byte[] head) {
    if (!loop().inLoop()) {
      try {
        loop().execute(() -> interim(of, head));
      } catch (RejectedExecutionException e) {
        shared.log.debug("a loop has ended, and its clients are gone", e);
      }
    } else if (of == exchange && of.isAwaited()) {
      writeIfOpen(head);
    }
  }

  void writeIfOpen(byte[] octets) {
    if (connection.isOpen()) {
      connection.write(octets);
    }
  }

  boolean write(Response response, boolean headOnly, Persistence persistence) {
    return ResponseEncoder.write(connection, response, headOnly, persistence, shared.date);
  }

  void writeHead(Response response, boolean chunked, Persistence persistence) {
    ResponseEncoder.writeHead(connection, response, chunked, persistence, shared.date);
  }

  void writeChunkSize(long size) {
    shared.chunkSize.write(connection, size);
  }

  boolean mayPersist() {
    return !stopping
        && requests < shared.limits.maxRequestsPerConnection()
        && (!shared.isDraining() || hasOctetsBehind());
  }

  /** Whether the next request has begun to come: a client that pipelines wants its answer. */
  private boolean hasOctetsBehind() {
    return input != null ? input.hasRemaining() : octetsBehind;
  }

  /** The server is to stop: what streams should end. */
  boolean isStopping() {
    return stopped || shared.isDraining();
  }

  /** The source has ended its body. */
  void streamEnded(BodyWriter writer) {
    Exchange current = exchange;
    boolean outside = !entered;
    if (current == null) {
      return;
    }
    if (outside) {
      enter();
    }
    current.streamEnded(writer);
    if (outside) {
      settle();
    }
  }

  /** What the client has of a message must not look like the whole. */
  void failed(Throwable cause) {
    shared.log.debug("a message could not be completed", cause);
    connection.abort();
  }

  /** Request and response are over, or the response and the connection. */
  void exchangeEnded(Exchange current) {
    closeWhenTaken = !current.persistent;
    // Within one call, since what has come later nobody has looked at; RFC 9112 section 9.6.
    heardOut =
        current.saysLast()
            && input != null
            && !input.hasRemaining()
            && connection.queuedBytes() <= MOST_AT_STAKE;
    if (!connection.isOpen()) {
      phase = Phase.ENDING;
    } else if (!current.taken && connection.queuedBytes() > 0) {
      phase = Phase.BLOCKED;
    } else {
      phase = current.persistent ? Phase.IDLE : Phase.ENDING;
    }
    endExchange("the response has ended before the request's body", null);
  }

  private void endExchange(String why, @Nullable Throwable cause) {
    Exchange current = exchange;
    if (current != null) {
      exchange = null;
      current.abandon(why, cause);
      shared.giveBack(current);
    }
  }

  /** Hands the connection over, with the octets that have come already. */
  void upgrade(Response response, Acceptor following) {
    writeHead(response, false, Persistence.KEPT);
    endExchange("upgraded", null);
    phase = Phase.UPGRADED;
    leaveClient();
    try {
      var handler = new Upgraded(following.accept(connection), () -> shared.closed(this));
      upgraded = handler;
      connection.handler(handler);
      connection.resume();
      handler.onOpen(connection);
      if (ended) {
        handler.onEnd(connection);
      }
      if (isStopping()) {
        handler.onStop(connection);
      }
    } catch (Throwable t) {
      upgradeFailed(t);
    }
  }

  private void upgradeFailed(Throwable t) {
    shared.log.error("the handler of an upgraded connection failed", t);
    connection.abort();
  }

  /** Answers with an error. Where the next request would begin is not known, so there is none. */
  void refuse(Refusal why) {
    phase = Phase.ENDING;
    if (exchange != null && exchange.isStreaming()) {
      connection.abort(); // in the middle of a response there is no place for another
    } else if (exchange == null || exchange.isAwaited()) {
      Response response = why.response();
      write(response, exchange != null && exchange.isHead(), Persistence.CLOSED);
      shared.refused(this, response);
    }
    endExchange(why.reason, null);
  }

  // --- facts, for handlers

  /** The request in hand is going to be read later, on any thread. */
  void askFacts() {
    try {
      facts().askAll();
    } catch (IOException e) {
      shared.log.debug("a client is gone", e);
    }
  }

  ConnectionFacts facts() {
    if (facts == null) {
      facts = new ConnectionFacts(connection, ConnectionFacts.unpacked(remoteIpv4));
    }
    return facts;
  }

  /** Asks for the client's address while the client is there. */
  Endpoint learnRemote() throws IOException {
    Endpoint remote = connection.remote();
    remoteIpv4 = ConnectionFacts.packed(remote);
    if (remoteIpv4 == 0) {
      facts = new ConnectionFacts(connection, remote);
    }
    return remote;
  }

  EventLoop loop() {
    return connection.loop();
  }

  Connection connection() {
    return connection;
  }

  HttpLimits limits() {
    return shared.limits;
  }

  HttpLoop shared() {
    return shared;
  }

  void checkThread() {
    if (!loop().inLoop()) {
      throw new WrongThreadException(
          "this belongs to the thread of its loop; use EventLoop.execute to get there");
    }
  }

  // --- a client that does not take its responses

  @Override
  public void onWritable(Connection self) {
    enter();
    if (phase == Phase.BLOCKED) {
      phase = closeWhenTaken ? Phase.ENDING : Phase.IDLE;
    } else if (phase == Phase.EXCHANGE) {
      exchange().onWritable();
    }
    settle();
  }

  // --- the end

  /** A client may shut its sending side after its last request, and still wants the answers. */
  @Override
  public void onEnd(Connection self) {
    stopping = true;
    ended = true;
    enter();
    if (phase == Phase.HEAD || (phase == Phase.EXCHANGE && !exchange().intake.ended)) {
      refuse(Refusal.INCOMPLETE);
    } else if (phase != Phase.EXCHANGE) {
      connection.close(); // once all is taken, or after closeTimeout; nothing is left unread
    }
    settle();
  }

  @Override
  public void onStop(Connection self) {
    stop();
  }

  /** Finishes the request in hand, if there is one, and closes. */
  void stop() {
    stopping = true;
    stopped = true;
    if (upgraded != null) {
      stopUpgraded(upgraded);
      return;
    }
    enter();
    if (phase == Phase.IDLE) {
      connection.close();
    } else if (phase == Phase.BLOCKED) {
      closeWhenTaken = true;
    } else if (phase == Phase.EXCHANGE) {
      exchange().stop();
    }
    settle();
  }

  /** It belongs to another handler, which knows best how to end it. */
  private void stopUpgraded(Upgraded by) {
    if (!connection.isOpen()) {
      shared.closed(this); // nobody has told: the handler has put another in its place
      return;
    }
    try {
      by.onStop(connection);
    } catch (Throwable t) {
      upgradeFailed(t);
    }
  }

  /**
   * The server drains. A request may be on its way, so nothing closes but what streams without an
   * end, and what was upgraded.
   */
  void drain() {
    if (upgraded != null) {
      stopUpgraded(upgraded);
    } else if (phase == Phase.EXCHANGE) {
      enter();
      exchange().drain();
      settle();
    }
  }

  /** There was time enough: an idle client is told the end, any other is cut off. */
  void endDrain() {
    stopping = true;
    if (phase == Phase.IDLE && connection.queuedBytes() == 0) {
      enter();
      phase = Phase.ENDING;
      settle();
    } else if (phase != Phase.ENDING) {
      connection.abort();
    }
  }

  void abort() {
    connection.abort();
  }

  // --- deadlines

  private void setDeadline() {
    // What is set by the first octets is not set again by those that follow: slowness must end.
    boolean begun = phase != phaseBefore || requestBegun;
    requestBegun = false;
    switch (phase) {
      case IDLE -> deadline.awaitRequest();
      case HEAD -> {
        if (begun) {
          deadline.awaitHeader();
        }
      }
      case EXCHANGE, BLOCKED -> {
        if (begun) {
          deadline.watch(exchange, connection.queuedBytes());
        }
      }
      case ENDING, UPGRADED -> deadline.cancel();
    }
  }

  /** The deadline is over. */
  void timeIsUp() {
    if (!connection.isOpen()) {
      return;
    }
    enter();
    switch (phase) {
      case IDLE, EXCHANGE, BLOCKED -> checkRates();
      case HEAD -> refuse(Refusal.HEADER_SLOW);
      case ENDING, UPGRADED -> {}
    }
    settleReading();
  }

  /**
   * A client that has taken its responses is idle; one that sends or takes in crumbs is cut off.
   */
  private void checkRates() {
    if (phase == Phase.IDLE && connection.queuedBytes() == 0) {
      connection.close();
      return;
    }
    connection.offerQueued();
    long queued = connection.queuedBytes();
    if (deadline.isSlowTaker(exchange, queued)) {
      connection.abort();
    } else if (deadline.isSlowSender(exchange)) {
      refuse(Refusal.BODY_SLOW);
    } else {
      deadline.watch(exchange, queued);
    }
  }

  private Exchange exchange() {
    if (exchange == null) {
      exchange = shared.takeExchange();
    }
    return exchange;
  }
}
