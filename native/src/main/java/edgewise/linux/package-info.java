/** Linux system calls, bound through {@code java.lang.foreign}. */
@NullMarked
package edgewise.linux;

import org.jspecify.annotations.NullMarked;
