package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Python's http.client and urllib, as {@code client.py} calls them. */
@LiveTest
@Needs("python3")
class PythonTest {
  @Test
  void itsClientsGetWhatTheyAskFor(Site site) throws Exception {
    assertEquals("ok\n", site.runScript("python3", "client.py").text());
  }

  /** Frames of WebSockets made by hand, right ones and wrong ones, in {@code websocket.py}. */
  @Test
  void itsWebSocketsGetBackWhatTheySend(Site site) throws Exception {
    assertEquals("ok\n", site.runScript("python3", "websocket.py").text());
  }
}
