/** HTTP server and client. */
@NullMarked
package edgewise.http;

import org.jspecify.annotations.NullMarked;
