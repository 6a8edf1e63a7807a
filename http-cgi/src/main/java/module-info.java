/** CGI: an HTTP handler that runs a program per request. */
module edgewise.http.cgi {
  requires static org.jspecify;
  requires transitive edgewise.http;
  requires edgewise.linux;
  requires org.slf4j;

  exports edgewise.http.cgi;
}
