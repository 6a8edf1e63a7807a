package edgewise.tests;

import java.util.Random;

/** Bytes to send: the same for the same seed. */
final class Bytes {
  private Bytes() {}

  static byte[] random(int seed, int count) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
