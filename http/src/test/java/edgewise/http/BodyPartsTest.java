package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are made of several pieces. */
class BodyPartsTest {
  /** A body of several regions of one file, as ranges are sent, and a client that is slow. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 1000, 1 << 20})
  void aBodyInPartsKeepsItsOrderAndItsFramingWhateverTheClientTakes(
      int window, @TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("f"), "0123456789".repeat(100));
    var root = new JdkFileRoot(directory);
    HttpHandler inParts =
        q -> {
          OpenFile file = Objects.requireNonNull(root.open("f"));
          var parts = new ArrayList<Body>();
          for (int i = 0; i < 10; i++) {
            parts.add(new Body.Bytes(Cuts.octets("<" + i + ">")));
            parts.add(new Body.FileRegion(file, i * 10 + i, 3));
          }
          return Response.bytes(new byte[0], "text/plain").withBody(Body.Parts.of(parts));
        };
    try (var rig = new HttpRig(inParts)) {
      MemorySocket client = rig.connect();
      client.window = 0;
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
      rig.run();
      assertTrue(root.open.get() <= 1, "what cannot be sent is not opened");
      while (client.receivedBytes() == client.window && client.window < 1 << 20) {
        client.window += window;
        rig.run();
      }
      var answers = Answers.read(client.received(), false);
      assertEquals(3, answers.finals().size());
      assertEquals("", answers.rest());
      String body = "<0>012<1>123<2>234<3>345<4>456<5>567<6>678<7>789<8>890<9>901";
      answers.finals().forEach(answer -> assertEquals(body, answer.body()));
      assertEquals(0, root.open.get(), "the file is closed, and once");
    }
  }
}
