/** HTTP server and client. */
module edgewise.http {
  requires static org.jspecify;
  requires transitive edgewise;
  requires org.slf4j;

  exports edgewise.http;
}
