/**
 * The laws as tests. A class named {@code ...Contract} holds the contracts of one subject; each
 * method marked {@link edgewise.tests.Contract} runs once per {@link edgewise.tests.Mode} (epoll
 * with each trigger, and select) and per {@link edgewise.tests.Family}. {@link edgewise.tests.Rig}
 * is what a test works with: a loop that the test itself drives, foreign peers that know nothing of
 * Edgewise, and at the end the proof that no descriptor and no thread is left.
 *
 * <p>Programs of others talk to the command as a process of its own: a class marked {@link
 * edgewise.tests.LiveTest} runs once per mode, with an {@link edgewise.tests.Site} to talk to, and
 * is skipped where the program that it {@link edgewise.tests.Needs} is missing. {@link
 * edgewise.tests.Programs} runs them.
 */
@NullMarked
package edgewise.tests;

import org.jspecify.annotations.NullMarked;
