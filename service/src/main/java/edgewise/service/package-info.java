/**
 * A server as a service of its machine. {@link edgewise.service.Activation} has the sockets that
 * the service manager listens on, {@link edgewise.service.Notify} tells it how the server is, and
 * {@link edgewise.service.Watchdog} that its loops are alive.
 *
 * <p>{@link edgewise.service.HandOver} replaces a running server without a refused connection: the
 * old process offers its listening sockets on a unix socket, the new one takes them ({@link
 * edgewise.service.TakeOver}) and says that it is ready, the old one finishes what it has accepted.
 * By the same protocol, which is in {@code Lines} and {@code Giving}, a master shares its sockets
 * with its {@link edgewise.service.Workers}.
 */
@NullMarked
package edgewise.service;

import org.jspecify.annotations.NullMarked;
