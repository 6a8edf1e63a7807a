package edgewise;

import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.OutgoingDatagrams;
import org.jspecify.annotations.Nullable;

/**
 * What the datagram sockets of one loop share: the memory that they receive to and send from, and
 * the one {@link Datagram} that handlers see.
 *
 * <p>Datagrams are staged for one socket at a time. When another begins to send, those of the first
 * leave; usually one socket sends at a time, and its datagrams of a turn leave with one call.
 */
final class Datagrams {
  final IncomingDatagrams incoming;
  final OutgoingDatagrams outgoing;
  final Datagram datagram = new Datagram();
  private @Nullable DatagramOutput writer;

  Datagrams(IncomingDatagrams incoming, OutgoingDatagrams outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** Whether that output can stage without another's datagrams having to leave first. */
  boolean isFreeFor(DatagramOutput output) {
    return writer == null || writer == output;
  }

  /** Makes that output the one that stages; what another has staged is sent. */
  void begin(DatagramOutput output, DatagramPort port) {
    if (writer == output) {
      return;
    }
    if (writer != null) {
      writer.sendStaged();
    }
    outgoing.begin(port);
    writer = output;
  }

  /** Nothing is staged any more. */
  void end() {
    writer = null;
  }
}
