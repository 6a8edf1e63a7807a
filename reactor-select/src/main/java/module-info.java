/** The portable backend, on {@code java.nio.channels.Selector}. */
module edgewise.select {
  requires static org.jspecify;
  requires edgewise;
  requires org.slf4j;
}
