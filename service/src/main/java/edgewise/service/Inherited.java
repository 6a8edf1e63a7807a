package edgewise.service;

import edgewise.Descriptor;
import edgewise.Endpoint;

/**
 * A listening socket that another process has made: the service manager ({@link Activation}), or
 * the server that is being replaced ({@link TakeOver}). What connects meanwhile waits in its queue,
 * so it must be listened on, or closed.
 *
 * @param name what the other process calls it; several may have the same name
 * @param endpoint what it is bound to
 * @param ownsFile whether its socket file is to be removed by the last server that has it: a file
 *     that the service manager has made is not
 * @param descriptor the socket, owned by whoever has this record
 */
public record Inherited(String name, Endpoint endpoint, boolean ownsFile, Descriptor descriptor) {}
