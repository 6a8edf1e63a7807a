package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Node's http and fetch, as {@code client.mjs} calls them. */
@LiveTest
@Needs("node")
class NodeTest {
  @Test
  void itsClientsGetWhatTheyAskFor(Site site) throws Exception {
    assertEquals("ok\n", site.runScript("node", "client.mjs").text());
  }
}
