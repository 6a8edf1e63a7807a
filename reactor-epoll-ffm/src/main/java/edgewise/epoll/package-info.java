/** The epoll backend. */
@NullMarked
package edgewise.epoll;

import org.jspecify.annotations.NullMarked;
