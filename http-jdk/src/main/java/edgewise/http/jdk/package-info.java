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
 *   loop            reads the head, and starts
 *     `- a virtual thread    makes an Exchange, and waits until that is over, since a handler may
 *          |                 return long before it answers
 *          `- Dispatcher     one thread, which gives exchanges to the program's executor in turn,
 *               |            or runs them itself if there is none
 *               `- executor  filters, authenticator, handler; their streams lead to the loop
 * </pre>
 *
 * <p>Not served: https. Where this differs from the JDK's own server on purpose is said in
 * docs/http-jdk.md.
 */
@NullMarked
package edgewise.http.jdk;

import org.jspecify.annotations.NullMarked;
