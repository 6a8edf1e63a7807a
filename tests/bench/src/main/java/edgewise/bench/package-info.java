/**
 * The servers that {@code tests/bench/run} measures: Edgewise and its peers, each a small program
 * of the kind that its own documentation shows, all behind one {@link edgewise.bench.Main}.
 */
@NullMarked
package edgewise.bench;

import org.jspecify.annotations.NullMarked;
