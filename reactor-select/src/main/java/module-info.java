/** The portable backend, on {@code java.nio.channels.Selector}. */
module edgewise.select {
  requires static org.jspecify;
  requires transitive edgewise;

  exports edgewise.select;

  provides edgewise.spi.Backend with
      edgewise.select.SelectBackend;
}
