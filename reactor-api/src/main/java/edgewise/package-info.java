/** The event loop, connections, listeners and timers. */
@NullMarked
package edgewise;

import org.jspecify.annotations.NullMarked;
