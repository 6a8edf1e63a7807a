/**
 * CGI, RFC 3875: an HTTP handler that runs a program per request. {@link edgewise.http.cgi.Cgi}
 * makes handlers, {@link edgewise.http.cgi.CgiLimits} bounds them.
 *
 * <p>The way of a request: {@code CgiHandler} counts what runs and makes the {@code MetaVariables}
 * on the loop. A thread beside the loop lets {@code Scripts} find the program and starts it
 * (starting takes a millisecond or more, too much for a loop). From then on the {@code Run} has it,
 * on the loop: it reads the program's output, whose header {@code HeaderBlock} finds and {@code
 * ProgramHead} understands, and is the source of the response's body; its {@code Feed} hands the
 * request's body to the program, and {@code ErrorLines} logs what the program says on stderr.
 *
 * <p>The loop sees a program's {@code Streams} as {@code Reading} and {@code Writing}: pipes
 * watched by the loop where the backend can watch descriptors, else streams of {@link
 * java.lang.Process} with a thread for each. That the program has ended is told by {@link
 * java.lang.Process#onExit}: the JDK is the one who reaps, so nobody else can know the exit status.
 */
@NullMarked
package edgewise.http.cgi;

import org.jspecify.annotations.NullMarked;
