/** CGI with real programs, on epoll level- and edge-triggered and on select. */
@NullMarked
package edgewise.http.cgi;

import org.jspecify.annotations.NullMarked;
