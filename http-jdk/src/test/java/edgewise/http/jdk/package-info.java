/** Tests of the JDK's HTTP server API on Edgewise, mostly against the JDK's own server. */
@NullMarked
package edgewise.http.jdk;

import org.jspecify.annotations.NullMarked;
