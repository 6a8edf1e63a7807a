@NullMarked
package edgewise;

import org.jspecify.annotations.NullMarked;
