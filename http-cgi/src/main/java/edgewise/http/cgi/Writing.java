package edgewise.http.cgi;

import java.nio.ByteBuffer;

/** The stream that a program reads, as its loop sees it. Belongs to the loop's thread. */
sealed interface Writing permits PipeWriting, ThreadWriting {
  /** Is told what becomes of it; on the loop. */
  interface Listener {
    /** There may be room again after a write that has not taken all. */
    void room();

    /** The program has closed it, or has ended: nothing more is taken. */
    void broken();
  }

  /** Takes what there is room for now, and leaves the rest in the buffer. */
  void write(ByteBuffer octets);

  /** The program reads the end, after what was taken. Idempotent. */
  void close();
}
