package edgewise.epoll;

import edgewise.Endpoint;
import edgewise.linux.Errno;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who can be reached under which number: the loop's listeners and the servers outside. A number is
 * a port of 127.0.0.1, or an abstract name of AF_UNIX.
 */
final class Network {
  /** What a server outside does with a connect. */
  enum Answer {
    ACCEPT,
    REFUSE,
    /** TCP: no answer, ever. AF_UNIX: the queue is full, for ever. */
    NONE
  }

  private record Server(Answer answer, Consumer<SimulatedSocket> accepted) {}

  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int FIRST_EPHEMERAL = 32_768;

  private final Agenda agenda;
  private final Faults faults;
  private final Map<Integer, SimulatedSocket> listeners = new HashMap<>();
  private final Map<Integer, Server> servers = new HashMap<>();
  private int ephemeral = FIRST_EPHEMERAL;

  Network(Agenda agenda, Faults faults) {
    this.agenda = agenda;
    this.faults = faults;
  }

  // --- addresses

  static Endpoint endpoint(boolean tcp, int number) {
    try {
      return tcp
          ? new Endpoint.Inet(InetAddress.getByAddress(LOOPBACK), number)
          : Endpoint.abstractName(Integer.toString(number));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  static int number(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Inet inet -> inet.port();
      case Endpoint.Abstract name ->
          Integer.parseInt(new String(name.name(), StandardCharsets.UTF_8));
      default -> throw new AssertionError("not an address of this network: " + endpoint);
    };
  }

  static int number(Sockaddr address) {
    return address.family() == Socket.AF_INET
        ? address.port()
        : Integer.parseInt(new String(address.abstractName(), StandardCharsets.UTF_8));
  }

  static void write(boolean tcp, int number, Sockaddr into) {
    if (tcp) {
      into.inet(LOOPBACK, number, 0, 0);
    } else if (number == 0) {
      into.unnamed();
    } else {
      into.abstractName(Integer.toString(number).getBytes(StandardCharsets.UTF_8));
    }
  }

  int nextNumber() {
    return ephemeral++;
  }

  // --- the loop's side

  int listen(SimulatedSocket socket) {
    @Nullable SimulatedSocket there = listeners.get(socket.local);
    if (there != null && !there.isGone()) {
      return -Errno.EADDRINUSE;
    }
    socket.waiting = new ArrayDeque<>();
    listeners.put(socket.local, socket);
    return 0;
  }

  int connect(SimulatedSocket client, int number) {
    client.remote = number;
    client.local = client.tcp ? nextNumber() : 0;
    if (!client.tcp && listeners.containsKey(number)) {
      return connectFromOutside(client, number) == null ? -Errno.ECONNREFUSED : 0;
    }
    @Nullable Server server = servers.get(number);
    Answer answer = server == null ? Answer.REFUSE : server.answer;
    if (client.tcp) {
      client.connecting = true;
      agenda.after(faults.latency(), () -> answer(client, answer, server));
      return faults.happens(faults.interruption) ? -Errno.EINTR : -Errno.EINPROGRESS;
    }
    // AF_UNIX knows at once; a full queue is a matter of the moment, connect(2).
    if (answer == Answer.NONE || faults.happens(faults.memoryPressure)) {
      return -Errno.EAGAIN;
    }
    if (answer == Answer.REFUSE) {
      return -Errno.ECONNREFUSED;
    }
    answer(client, answer, server);
    return 0;
  }

  private void answer(SimulatedSocket client, Answer answer, @Nullable Server server) {
    if (client.isGone() || answer == Answer.NONE) {
      return;
    }
    if (answer == Answer.REFUSE || server == null) {
      client.refused(Errno.ECONNREFUSED);
      return;
    }
    var accepted = new SimulatedSocket(agenda, faults, client.tcp);
    accepted.local = client.remote;
    accepted.remote = client.local;
    SimulatedSocket.pair(client, accepted);
    server.accepted.accept(accepted);
    client.wake(0);
  }

  // --- the outside

  void serve(int number, Answer answer, Consumer<SimulatedSocket> accepted) {
    servers.put(number, new Server(answer, accepted));
  }

  /** Connects to a listener of the loop: the socket that is going to be accepted, or null. */
  @Nullable SimulatedSocket connectFromOutside(SimulatedSocket client, int number) {
    @Nullable SimulatedSocket listener = listeners.get(number);
    if (listener == null || listener.isGone()) {
      return null;
    }
    var inside = new SimulatedSocket(agenda, faults, client.tcp);
    inside.local = number;
    inside.remote = client.local;
    SimulatedSocket.pair(client, inside);
    if (client.tcp) {
      agenda.after(faults.latency(), () -> offer(listener, inside));
    } else {
      offer(listener, inside);
    }
    return inside;
  }

  private static void offer(SimulatedSocket listener, SimulatedSocket inside) {
    if (listener.isGone() || listener.waiting == null) {
      inside.abort();
    } else {
      listener.waiting.add(inside);
      listener.wake(edgewise.linux.Epoll.EPOLLIN);
    }
  }
}
