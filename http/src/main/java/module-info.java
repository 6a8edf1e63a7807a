/** HTTP server and client. */
module edgewise.http {
  requires static org.jspecify;
  requires edgewise;
  requires org.slf4j;
}
