package edgewise.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * How the work of compressing ends when the file, the client or the writer does not do as it
 * should.
 */
class CompressionEndsTest extends CompressingServer {
  private byte[] noise(int length) {
    byte[] octets = new byte[length];
    new Random(2).nextBytes(octets);
    return octets;
  }

  @Test
  void aFileThatShrinksWhileItIsReadCutsTheConnectionOff() throws IOException {
    Path file = Files.write(directory.resolve("a.txt"), noise(3_000_000));
    serveFiles(Compression.gzip());
    HttpRig server = rig();
    MemorySocket client = server.connect();
    client.window = 1000;
    client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n" + GZIP + "\r\n\r\n");
    client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the beginning", () -> client.receivedBytes() > 0);
    try (var shorter = new RandomAccessFile(file.toFile(), "rw")) {
      shorter.setLength(1_000_000);
    }
    client.window = Integer.MAX_VALUE;
    server.await("the end", () -> client.closed);
    var answers = Answers.read(client.received(), false);
    assertEquals(1, answers.all().size(), "nothing follows that could be taken for the rest");
    assertFalse(answers.all().getFirst().complete());
    server.await("the file's end", () -> files.count() == 0);
  }

  @Test
  void aClientThatLeavesEndsTheWork() throws IOException {
    Files.write(directory.resolve("a.txt"), noise(3_000_000));
    serveFiles(Compression.gzip().withMostAtOnce(1));
    HttpRig server = rig();
    for (int i = 0; i < 3; i++) {
      MemorySocket client = server.connect();
      client.window = 1000;
      client.send(head("GET", "/a.txt", GZIP));
      server.await("the beginning", () -> client.receivedBytes() > 0);
      var next = get("/a.txt", GZIP);
      assertPlain(next);
      assertEquals(3_000_000, next.body().length(), "one too many is sent as it is");
      server.pass(Duration.ofMinutes(2)); // it takes nothing
      assertTrue(client.closed);
      server.await("the file's end", () -> files.count() == 0);
    }
    assertEquals(3_000_000, unpacked(get("/a.txt", GZIP)).length);
  }

  @Test
  void whoSeesTheEndFindsTheFileClosedAndThePlaceFree() throws IOException {
    Files.write(directory.resolve("a.txt"), noise(100_000));
    serveFiles(Compression.gzip().withMostAtOnce(1));
    for (int i = 0; i < 500; i++) {
      assertEquals(100_000, unpacked(get("/a.txt", GZIP)).length);
      assertEquals(0, files.count());
    }
  }

  @Test
  void aWriterMayCloseItsStreamAndWritesNothingAfterThat() throws Exception {
    var refusal = new CompletableFuture<Throwable>();
    serve(request ->
        Response.output(
            "text/plain",
            out -> {
              out.write(TEXT.getBytes(ISO_8859_1));
              out.close();
              out.close();
              try {
                out.write('x');
                out.flush();
                refusal.completeExceptionally(new AssertionError("it was written"));
              } catch (IOException e) {
                refusal.complete(e);
              }
            }));
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
    assertInstanceOf(IOException.class, refusal.get(20, TimeUnit.SECONDS));
  }

  @Test
  void aWriterThatFailsIsAnErrorAndGivesItsPlaceBack() throws IOException {
    var fails = new Semaphore(3);
    serve(
        Compression.gzip().withMostAtOnce(1),
        request ->
            Response.output(
                "text/plain",
                out -> {
                  out.write(TEXT.getBytes(ISO_8859_1));
                  if (fails.tryAcquire()) {
                    throw new StatusException(503, "not now");
                  }
                }));
    for (int i = 0; i < 3; i++) {
      var answer = get("/", GZIP);
      assertEquals(503, answer.status());
      assertPlain(answer);
    }
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
  }
}
