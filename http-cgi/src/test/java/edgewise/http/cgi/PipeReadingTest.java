package edgewise.http.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.EventLoop;
import edgewise.LoopOptions;
import edgewise.linux.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pipe on a loop that this thread turns by hand. */
class PipeReadingTest {
  private final StringBuilder came = new StringBuilder();
  private final PipeEnd[] pipe;
  private final EventLoop loop;
  private final PipeReading reading;

  PipeReadingTest() throws Exception {
    loop = EventLoop.open(LoopOptions.builder().backend("epoll").build());
    pipe = PipeEnd.pipe();
    var notes =
        new Reading.Listener() {
          @Override
          public void octets(ByteBuffer octets) {
            came.append(StandardCharsets.ISO_8859_1.decode(octets));
          }

          @Override
          public void end() {
            came.append('.');
          }
        };
    reading = new PipeReading(loop, pipe[0], notes);
  }

  @BeforeEach
  void write() {
    write("abc");
  }

  @AfterEach
  void close() {
    pipe[1].close();
    reading.close();
    loop.close();
    assertEquals(-1, pipe[0].fd(), "the reading end is open");
  }

  private void write(String text) {
    PipeBuffer buffer = PipeBuffer.forWriting();
    buffer.octets.clear().put(text.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(text.length(), File.write(pipe[1].fd(), buffer.memory, 0, text.length()));
  }

  private void turn() {
    loop.turn(Duration.ofMillis(50));
  }

  @Test
  void itIsPausedAtFirstAndLosesNoEdge() {
    turn();
    assertEquals("", came.toString());
    reading.resume();
    assertEquals("abc", came.toString());
    reading.pause();
    write("def");
    turn();
    assertEquals("abc", came.toString());
    reading.resume();
    assertEquals("abcdef", came.toString());
  }

  @Test
  void theEndComesAfterTheOctetsAndClosesTheDescriptor() {
    pipe[1].close();
    turn();
    reading.resume();
    assertEquals("abc.", came.toString());
    assertEquals(-1, pipe[0].fd());
  }

  @Test
  void aPausedPipeWhoseWriterIsGoneDoesNotWakeTheLoop() {
    pipe[1].close();
    turn();
    long before = loop.stats().events();
    for (int i = 0; i < 10; i++) {
      loop.turn(Duration.ofMillis(1));
    }
    assertEquals(before, loop.stats().events());
  }

  @Test
  void whatIsThereIsTakenAtTheFinishAlsoWithoutAnEvent() {
    reading.finish();
    assertEquals("abc.", came.toString());
    reading.finish();
    assertEquals("abc.", came.toString());
  }
}
