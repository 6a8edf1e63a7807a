/**
 * What a backend supplies to the event loop.
 *
 * <p>A {@link edgewise.spi.Backend} is found by {@link java.util.ServiceLoader}. It opens one
 * {@link edgewise.spi.Poller} per loop, and through it {@link edgewise.spi.StreamSocket}s and
 * {@link edgewise.spi.ListeningSocket}s. These are mechanism: would-block and end of stream are
 * values, failures are exceptions, and nothing here queues, retries or calls a handler. All policy
 * (drain, budget, order, water marks, half-close) lives once, in {@code edgewise}, so that a law
 * holds on every backend because it is the same code.
 *
 * <p>Unless a method says otherwise it is called on the loop's thread only.
 */
@NullMarked
package edgewise.spi;

import org.jspecify.annotations.NullMarked;
