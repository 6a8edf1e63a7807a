package edgewise;

import edgewise.spi.Readiness;

/** What a watched descriptor is watched for. */
public enum Interest {
  /**
   * Nothing at all: an error or a hang-up is told once at most, also under {@link Trigger#LEVEL}.
   */
  NOTHING(0),
  /** Nothing but errors and hang-ups. */
  NONE(Readiness.ERROR),
  /** Bytes, or the end of the stream. */
  READ(Readiness.READ | Readiness.PEER_HANGUP),
  /** Room for bytes. */
  WRITE(Readiness.WRITE),
  /** Both. */
  READ_WRITE(Readiness.READ | Readiness.PEER_HANGUP | Readiness.WRITE);

  final int bits;

  Interest(int bits) {
    this.bits = bits;
  }
}
