package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.Handler;
import edgewise.Listener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A thousand clients that come and go as they like, in a process of their own. */
class UnixClientsStress {
  private static final int CLIENTS = 1000;

  /** Sends back what comes, and ends when the client does; counts, and notes odd causes. */
  private static final class Echo implements Handler {
    int opened;
    int most;
    int closed;
    @Nullable Throwable odd;

    @Override
    public void onOpen(Connection c) {
      opened++;
      most = Math.max(most, opened - closed);
    }

    @Override
    public void onData(Connection c, ByteBuffer in) {
      if (!c.write(in)) {
        c.pause();
      }
    }

    @Override
    public void onWritable(Connection c) {
      c.resume();
    }

    @Override
    public void onClose(Connection c, @Nullable Throwable cause) {
      closed++;
      if (cause != null && !isLeaving(cause)) {
        odd = cause;
      }
    }

    /** A client that left in the midst. */
    private static boolean isLeaving(Throwable cause) {
      String text = Rig.text(cause);
      return cause instanceof IOException
          && (text.contains("ECONNRESET") || text.contains("EPIPE"));
    }
  }

  private static void comeAndGo(Rig rig, Duration time) throws Exception {
    var echo = new Echo();
    Listener listener = rig.listen(connection -> echo);
    int before = Descriptors.count();
    PrintStream err = System.err;
    var logged = new ByteArrayOutputStream(); // slf4j-simple prints to System.err
    System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    String said;
    try (var clients =
        ServeProcess.java(
            EchoClients.class,
            "" + ((Endpoint.Unix) listener.endpoint()).path(),
            "" + CLIENTS,
            "" + time.toMillis(),
            "" + System.nanoTime() % 1000)) {
      rig.until("the clients are done", time.plusSeconds(40), clients::hasLine);
      said = clients.line();
      rig.until("closed", () -> rig.loop().connections() == 0);
      clients.awaitEnd();
    } finally {
      System.setErr(err);
    }
    assertTrue(said.endsWith("wrong: []"), said);
    assertEquals("", logged.toString(StandardCharsets.UTF_8));
    assertEquals(null, echo.odd, () -> "closed with " + echo.odd);
    assertTrue(echo.most >= CLIENTS, () -> "only " + echo.most + " at once");
    assertEquals(said.split(" ", 2)[0], "" + echo.opened);
    assertEquals(echo.opened, echo.closed);
    assertTrue(Rig.eventually(() -> Descriptors.count() == before), () -> "" + Descriptors.open());
    listener.close();
  }

  @Contract(families = Family.UNIX)
  void aThousandClientsComeAndGoForSeconds(Rig rig) throws Exception {
    comeAndGo(rig, Duration.ofSeconds(3));
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.UNIX)
  @Tag("slow")
  @Timeout(180)
  void aThousandClientsComeAndGoForAMinute(Rig rig) throws Exception {
    comeAndGo(rig, Duration.ofMinutes(1));
  }
}
