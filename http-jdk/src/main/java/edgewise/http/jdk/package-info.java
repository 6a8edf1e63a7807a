/**
 * The JDK's {@code com.sun.net.httpserver} API on Edgewise's HTTP server: a program that is written
 * for it runs on Edgewise when this module is on its path. {@link
 * edgewise.http.jdk.EdgewiseHttpServerProvider} is found by ServiceLoader, or named by the system
 * property {@code com.sun.net.httpserver.HttpServerProvider}. A module of its own, so that {@code
 * edgewise.http} does not need {@code jdk.httpserver}, which a trimmed run-time image may lack.
 *
 * <p>The way of a request, and its threads:
 *
 * <pre>
 *   loop            reads the head, and makes an Ending of the request
 *     `- Dispatcher        one thread, which gives requests to the program's executor in turn, or
 *          |               handles them itself if there is none
 *          `- executor     finds the Context, makes an Exchange, calls filters, authenticator and
 *                          handler; the streams lead to the loop. Whoever closes the response's
 *                          body ends the exchange, on any thread, now or later
 * </pre>
 *
 * <p>Not served: https. Where this differs from the JDK's own server on purpose is said in
 * docs/http-jdk.md.
 */
@NullMarked
package edgewise.http.jdk;

import org.jspecify.annotations.NullMarked;
