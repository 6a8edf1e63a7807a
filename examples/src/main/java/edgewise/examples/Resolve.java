package edgewise.examples;

import edgewise.Connection;
import edgewise.Datagram;
import edgewise.DatagramHandler;
import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.Timer;
import edgewise.examples.DnsMessage.Question;
import edgewise.examples.DnsMessage.Response;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A small resolver: {@code Resolve SERVER NAME [TYPE]} asks a DNS server over UDP, again after 1
 * and 3 seconds, and over TCP if the answer was too long for UDP (RFC 1035 section 4.2, RFC 7766).
 *
 * <p>An answer must come from the server's address to the port that asked (the socket is connected,
 * the port random), with the random id and the question: that is what a forger has to guess, RFC
 * 5452 section 9.
 */
public final class Resolve implements DatagramHandler, Handler {
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final int TRIES = 3;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final EventLoop loop;
  private final Endpoint server;
  private final Question question;
  private final BiConsumer<@Nullable Response, @Nullable Throwable> done;
  private final int id = RANDOM.nextInt(1 << 16);
  private final ByteBuffer query;
  private final Timer retry;
  private @Nullable DatagramSocket socket;
  private int tries;
  private boolean over;

  private Resolve(
      EventLoop loop,
      Endpoint server,
      Question question,
      BiConsumer<@Nullable Response, @Nullable Throwable> done) {
    this.loop = loop;
    this.server = server;
    this.question = question;
    this.done = done;
    this.query = DnsMessage.query(id, question); // before a socket is open
    this.retry = loop.timer(this::ask);
  }

  /**
   * Asks; on the loop's thread, where {@code done} will be called once.
   *
   * @throws IllegalArgumentException if it is no domain name
   */
  public static void resolve(
      EventLoop loop,
      Endpoint server,
      Question question,
      BiConsumer<@Nullable Response, @Nullable Throwable> done)
      throws IOException {
    var resolve = new Resolve(loop, server, question, done);
    resolve.socket = loop.connectDatagrams(server, DatagramOptions.DEFAULT, resolve);
    resolve.ask();
  }

  private void ask() {
    if (tries == TRIES) {
      end(null, new SocketTimeoutException("no answer from " + server));
      return;
    }
    boolean ignored = Objects.requireNonNull(socket).send(query.duplicate());
    retry.set(FIRST_WAIT.multipliedBy(1L << tries++));
  }

  // --- over UDP

  @Override
  public void onDatagram(DatagramSocket from, Datagram datagram) throws IOException {
    Response response;
    try {
      response = DnsMessage.parse(datagram.bytes(), id, question);
    } catch (ProtocolException forgedOrBroken) {
      return; // and the right answer may still come
    }
    if (response.truncated()) {
      retry.cancel();
      loop.connect(server, this);
    } else {
      end(response, null);
    }
  }

  /** Nobody is at that port: no need to wait. */
  @Override
  public void onError(DatagramSocket from, @Nullable Endpoint to, IOException failure) {
    end(null, failure);
  }

  // --- over TCP: two bytes with the length come first

  @Override
  public void onOpen(Connection connection) {
    connection.write(ByteBuffer.allocate(2).putShort((short) query.remaining()).flip());
    connection.write(query.duplicate());
  }

  @Override
  public void onData(Connection connection, ByteBuffer in) throws IOException {
    int length = in.remaining() < 2 ? 0 : in.getShort(in.position()) & 0xffff;
    if (in.remaining() >= 2 + length && in.remaining() >= 2) {
      ByteBuffer message = in.slice(in.position() + 2, length);
      in.position(in.limit());
      end(DnsMessage.parse(message, id, question), null);
      connection.close();
    }
  }

  @Override
  public void onClose(Connection connection, @Nullable Throwable cause) {
    end(null, cause == null ? new ProtocolException("no answer over TCP") : cause);
  }

  // --- both

  @Override
  public void onStop(Connection connection) {
    connection.close();
  }

  private void end(@Nullable Response response, @Nullable Throwable failure) {
    if (!over) {
      over = true;
      retry.cancel();
      Objects.requireNonNull(socket).close();
      done.accept(response, failure);
    }
  }

  public static void main(String[] args) throws Exception {
    Question question = Question.of(args[1], args.length > 2 ? args[2] : "A");
    try (var loop = EventLoop.open()) {
      resolve(
          loop,
          Endpoint.parse(args[0]),
          question,
          (response, failure) -> {
            if (response == null) {
              System.out.println("failed: " + failure);
            } else if (response.code() != 0) {
              System.out.println(response.code() == 3 ? "NXDOMAIN" : "error " + response.code());
            } else {
              response.answers().forEach(System.out::println);
            }
            loop.stop(Duration.ofSeconds(1));
          });
      loop.run();
    }
  }
}
