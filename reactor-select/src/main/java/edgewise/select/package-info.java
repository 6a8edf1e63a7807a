/** The portable backend, on {@code java.nio.channels.Selector}. */
@NullMarked
package edgewise.select;

import org.jspecify.annotations.NullMarked;
