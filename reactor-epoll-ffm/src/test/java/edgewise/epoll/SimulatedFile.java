package edgewise.epoll;

/** A regular file: always ready, refused by epoll(7), and sent by sendfile(2). */
final class SimulatedFile extends Pollable {
  final byte[] bytes;

  SimulatedFile(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  int readiness() {
    return 0;
  }

  @Override
  void close() {}
}
