/** The {@code edgewise} command. */
@NullMarked
package edgewise.cli;

import org.jspecify.annotations.NullMarked;
