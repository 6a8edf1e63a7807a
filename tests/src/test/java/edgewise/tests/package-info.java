/**
 * The laws as tests. A class named {@code ...Contract} holds the contracts of one subject; each
 * method marked {@link edgewise.tests.Contract} runs once per {@link edgewise.tests.Mode} (epoll
 * with each trigger, and select) and per {@link edgewise.tests.Family}. {@link edgewise.tests.Rig}
 * is what a test works with: a loop that the test itself drives, foreign peers that know nothing of
 * Edgewise, and at the end the proof that no descriptor and no thread is left.
 */
@NullMarked
package edgewise.tests;

import org.jspecify.annotations.NullMarked;
