package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads that other programs have made. */
class MultipartPeersTest {
  private static final String PYTHON =
      """
      import sys
      from email.encoders import encode_noop
      from email.generator import BytesGenerator
      from email.mime.application import MIMEApplication
      from email.mime.multipart import MIMEMultipart
      from email.policy import HTTP

      form = MIMEMultipart('form-data', policy=HTTP)
      for name, data in (('a', b'1'), ('b', bytes(range(32, 127)) * 30)):
          part = MIMEApplication(data, 'x-test', encode_noop, policy=HTTP)
          part.add_header('Content-Disposition', 'form-data', name=name, filename='x y.bin')
          form.attach(part)
      BytesGenerator(sys.stdout.buffer, mangle_from_=False, policy=HTTP).flatten(form)
      """;

  @TempDir Path directory;

  private final MultipartLimits limits = MultipartLimits.builder().maxPartMemoryBytes(1000).build();

  /** A message as it came: its header in lower case, and its body. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Message(String header, byte[] body) {
    static Message read(InputStream in) throws IOException {
      var head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      var message = new Message(head.toString(), new byte[0]);
      String length = message.field("content-length:");
      byte[] body = length == null ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
      return new Message(head.toString(), body);
    }

    @Nullable String field(String name) {
      for (String line : header.replace("\r\n ", " ").split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name)) {
          return line.substring(name.length()).strip();
        }
      }
      return null;
    }
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      return abort("not on this machine: " + command.getFirst());
    }
  }

  private Multipart parse(Message message) throws IOException {
    return Multipart.read(
        new ByteArrayInputStream(message.body()), message.field("content-type:"), limits);
  }

  private static Message curl(List<String> arguments) throws IOException, InterruptedException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(20_000);
      var command = new ArrayList<>(List.of("curl", "-s", "-m", "20", "-H", "Expect:"));
      command.addAll(arguments);
      command.add("http://127.0.0.1:" + server.getLocalPort() + "/");
      Process curl = start(command);
      try (Socket client = server.accept()) {
        Message message = Message.read(client.getInputStream());
        client.getOutputStream().write(Cuts.octets("HTTP/1.1 204 x\r\n\r\n"));
        client.shutdownOutput();
        curl.waitFor(20, TimeUnit.SECONDS);
        return message;
      } finally {
        curl.destroyForcibly();
      }
    }
  }

  @Test
  void whatCurlSendsIsRead() throws IOException, InterruptedException {
    byte[] content = new byte[200_000];
    new Random(3).nextBytes(content);
    Path file = Files.write(directory.resolve("big.bin"), content);
    // In files: the arguments of a command have the locale's encoding, which may be ASCII.
    Path text = Files.writeString(directory.resolve("text"), "välue\n--x\r\n");
    String odd = "file=@" + file + ";type=a/b;filename=\"a \\\"b;c=ü.txt\"";
    String quoted = '"' + odd.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    Path config = Files.writeString(directory.resolve("config"), "form = " + quoted);
    Message message =
        curl(
            List.of(
                "-F", "text=<" + text, "-K", config.toString(), "-F", "none=", "-F", "d=@" + file));
    try (Multipart upload = parse(message)) {
      assertEquals(4, upload.parts().size());
      assertEquals("välue\n--x\r\n", upload.parts().get(0).text());
      Part sent = upload.parts().get(1);
      assertEquals("a %22b;c=ü.txt", sent.filename());
      assertEquals("a/b", sent.contentType());
      assertArrayEquals(content, sent.bytes());
      assertEquals(0, upload.parts().get(2).size());
      assertEquals("big.bin", upload.parts().get(3).safeFilename());
    }
  }

  @Test
  void whatCurlEscapesIsReadAsItWas() throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("x"), "1");
    String odd = "f=@" + file + ";filename=\"a\\\"b\\\\c\"";
    try (Multipart upload = parse(curl(List.of("--form-escape", "-F", odd)))) {
      assertEquals("a\"b\\c", upload.parts().getFirst().filename());
    }
  }

  @Test
  void whatPythonWritesIsRead() throws IOException, InterruptedException {
    Process python = start(List.of("python3", "-c", PYTHON));
    python.getOutputStream().close();
    byte[] output = python.getInputStream().readAllBytes();
    assertEquals(0, python.waitFor());
    try (Multipart upload = parse(Message.read(new ByteArrayInputStream(output)))) {
      assertEquals(2, upload.parts().size());
      Part b = upload.first("b");
      assertNotNull(b);
      assertEquals("x y.bin", b.filename());
      assertEquals("application/x-test", b.contentType());
      byte[] content = b.bytes();
      assertEquals(95 * 30, content.length);
      assertEquals(" !\"#", new String(content, 95, 4, StandardCharsets.US_ASCII));
    }
  }
}
