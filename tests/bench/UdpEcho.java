import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;

/** The Edgewise side of udp.py; its arguments are PORT BATCH SEGMENTATION COALESCING. */
class UdpEcho {
  public static void main(String[] args) throws Exception {
    var how =
        DatagramOptions.builder()
            .batch(Integer.parseInt(args[1]))
            .segmentation(Boolean.parseBoolean(args[2]))
            .coalescing(Boolean.parseBoolean(args[3]))
            .build();
    try (var loop = EventLoop.open()) {
      loop.bind(
          Endpoint.parse("127.0.0.1:" + args[0]),
          how,
          (socket, datagram) -> datagram.reply(datagram.bytes()));
      loop.run();
    }
  }
}
