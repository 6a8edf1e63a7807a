package edgewise.http.cgi;

import java.nio.ByteBuffer;

/** A stream that a program writes, as its loop sees it. Belongs to the loop's thread. */
sealed interface Reading permits PipeReading, ThreadReading {
  /** Takes what comes; on the loop. */
  interface Listener {
    /** The next octets; the buffer is used again on return. */
    void octets(ByteBuffer octets);

    /** No more will come. Not called after {@link Reading#close}. */
    void end();
  }

  /** From now on octets come, perhaps before this returns. */
  void resume();

  /** None come until {@link #resume}; the program has to wait. */
  void pause();

  /** Takes what is there already, and closes: its program has ended. Idempotent. */
  void finish();

  /** Nothing is wanted any more; a program that goes on writing gets SIGPIPE. Idempotent. */
  void close();
}
