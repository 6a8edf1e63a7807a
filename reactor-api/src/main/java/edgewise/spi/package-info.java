/** What a backend must supply. */
@NullMarked
package edgewise.spi;

import org.jspecify.annotations.NullMarked;
