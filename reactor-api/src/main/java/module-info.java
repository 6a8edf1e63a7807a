/** The event loop and its channels, and what a backend must supply. */
module edgewise {
  requires transitive org.slf4j;
  requires static transitive org.jspecify;

  exports edgewise;
  exports edgewise.spi;

  uses edgewise.spi.Backend;
}
