package edgewise.bench;

import java.nio.file.Path;

/**
 * A server under measurement. It has one event loop, or what its authors would choose for one
 * processor: the driver pins its process to one.
 *
 * <p>Over HTTP it answers {@code GET /plaintext} with {@link Answers#PLAINTEXT}, {@code GET /json}
 * with {@link Answers#JSON}, {@code GET /files/NAME} with a file of the directory, and {@code POST
 * /upload} with the number of octets of the body, which it reads to its end and does not keep.
 */
@FunctionalInterface
interface Contestant {
  /**
   * Starts to serve, and returns once it listens.
   *
   * @param address {@code 127.0.0.1:PORT} or {@code unix:PATH}
   * @param files the directory of files to serve; of no meaning to an echo server
   */
  void start(String address, Path files) throws Exception;
}
