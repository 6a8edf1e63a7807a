/** A server as a service: socket activation, notification, hot restart. */
module edgewise.service {
  requires static org.jspecify;
  requires transitive edgewise;
  requires edgewise.linux;
  requires org.slf4j;

  exports edgewise.service;
}
