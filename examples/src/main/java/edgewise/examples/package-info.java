/** Small servers and clients. */
@NullMarked
package edgewise.examples;

import org.jspecify.annotations.NullMarked;
