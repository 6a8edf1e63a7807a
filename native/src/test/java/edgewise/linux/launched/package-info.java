/** Programs that tests start in a JVM of their own. */
@NullMarked
package edgewise.linux.launched;

import org.jspecify.annotations.NullMarked;
