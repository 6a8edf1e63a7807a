package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.LinuxOptions;
import edgewise.Listener;
import java.net.SocketOption;
import java.net.StandardSocketOptions;

/** Options read back what was set; one that a backend does not know is refused by name. */
class SocketOptionsContract {
  // Scenario 45
  @Contract(families = Family.TCP)
  void standardOptionsOfAConnectionReadBackWhatWasSet(Rig rig) throws Exception {
    var handler = new Recorder();
    rig.connected(handler);
    Connection c = handler.connection();
    for (boolean on : new boolean[] {false, true}) {
      assertEquals(on, set(c, StandardSocketOptions.TCP_NODELAY, on));
      assertEquals(on, set(c, StandardSocketOptions.SO_KEEPALIVE, on));
    }
    assertTrue(set(c, StandardSocketOptions.SO_SNDBUF, 32 << 10) >= 32 << 10);
    assertTrue(set(c, StandardSocketOptions.SO_RCVBUF, 32 << 10) >= 32 << 10);
    assertEquals(7, set(c, StandardSocketOptions.SO_LINGER, 7));
    assertEquals(-1, set(c, StandardSocketOptions.SO_LINGER, -1));
  }

  private static <T> T set(Connection c, SocketOption<T> option, T value) throws Exception {
    return c.option(option, value).option(option);
  }

  // Scenario 45
  @Contract(families = Family.TCP)
  void linuxOptionsOfAConnectionReadBackWhatWasSet(Rig rig) throws Exception {
    var handler = new Recorder();
    rig.connected(handler);
    Connection c = handler.connection();
    if (rig.mode == Mode.SELECT) {
      var refusal =
          assertThrows(
              UnsupportedOperationException.class, () -> c.option(LinuxOptions.TCP_CORK, true));
      assertTrue(Rig.text(refusal).contains("TCP_CORK"), Rig.text(refusal));
      assertTrue(Rig.text(refusal).contains("select"), Rig.text(refusal));
      return;
    }
    assertEquals(true, set(c, LinuxOptions.TCP_CORK, true));
    assertEquals(false, set(c, LinuxOptions.TCP_CORK, false));
    assertEquals(true, set(c, LinuxOptions.TCP_QUICKACK, true));
    assertEquals(4321, set(c, LinuxOptions.TCP_USER_TIMEOUT, 4321));
    assertEquals(77, set(c, LinuxOptions.TCP_KEEPIDLE, 77));
    assertEquals(11, set(c, LinuxOptions.TCP_KEEPINTVL, 11));
    assertEquals(5, set(c, LinuxOptions.TCP_KEEPCNT, 5));
    assertEquals(16384, set(c, LinuxOptions.TCP_NOTSENT_LOWAT, 16384));
  }

  // Scenario 45
  @Contract(families = Family.TCP)
  void whatConnectionOptionsAskForIsSetOnBothKindsOfConnection(Rig rig) throws Exception {
    for (boolean on : new boolean[] {false, true}) {
      var how =
          ConnectionOptions.builder()
              .noDelay(on)
              .keepAlive(on)
              .sendBufferBytes(20_000)
              .receiveBufferBytes(24_000)
              .build();
      var in = new Recorder();
      Listener listener = rig.listen(how, connection -> in);
      var out = new Recorder();
      Connection c = rig.loop().connect(listener.endpoint(), how, out);
      rig.until("open", () -> in.has("open") && out.has("open"));
      for (Connection each : new Connection[] {c, in.connection()}) {
        assertEquals(on, each.option(StandardSocketOptions.TCP_NODELAY));
        assertEquals(on, each.option(StandardSocketOptions.SO_KEEPALIVE));
        int sending = each.option(StandardSocketOptions.SO_SNDBUF);
        int receiving = each.option(StandardSocketOptions.SO_RCVBUF);
        assertTrue(sending >= 20_000 && sending <= 40_000, "SO_SNDBUF " + sending);
        assertTrue(receiving >= 24_000 && receiving <= 48_000, "SO_RCVBUF " + receiving);
      }
    }
  }

  // Scenario 45
  @Contract(families = Family.TCP)
  void aListenersOptionsReadBackWhatWasSet(Rig rig) throws Exception {
    Listener listener = rig.listen(connection -> new Recorder());
    assertEquals(true, listener.option(StandardSocketOptions.SO_REUSEADDR));
    assertTrue(
        listener
                .option(StandardSocketOptions.SO_RCVBUF, 40_000)
                .option(StandardSocketOptions.SO_RCVBUF)
            >= 40_000);
    if (rig.mode != Mode.SELECT) {
      // Rounded by the kernel to retransmissions of a SYN, tcp(7).
      assertTrue(
          listener.option(LinuxOptions.TCP_DEFER_ACCEPT, 3).option(LinuxOptions.TCP_DEFER_ACCEPT)
              >= 3);
    }
  }

  @Contract
  void anOptionThatNobodyKnowsIsRefusedByName(Rig rig) throws Exception {
    var handler = new Recorder();
    rig.connected(handler);
    var unknown =
        new SocketOption<Integer>() {
          @Override
          public String name() {
            return "SO_IMAGINARY";
          }

          @Override
          public Class<Integer> type() {
            return Integer.class;
          }
        };
    var refusal =
        assertThrows(
            UnsupportedOperationException.class, () -> handler.connection().option(unknown, 1));
    assertTrue(Rig.text(refusal).contains("SO_IMAGINARY"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains(rig.mode.backendName), Rig.text(refusal));
    assertTrue(handler.connection().isOpen());
  }
}
