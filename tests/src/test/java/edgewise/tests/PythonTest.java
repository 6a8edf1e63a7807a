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
}
