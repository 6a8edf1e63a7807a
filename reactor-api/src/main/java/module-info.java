/** The event loop, channels, timers, and what a backend must supply. */
module edgewise {
  requires static org.jspecify;
  requires org.slf4j;
}
