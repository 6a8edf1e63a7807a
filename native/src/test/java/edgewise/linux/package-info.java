/** Tests of the bindings against the kernel of this machine: no mocks, real descriptors. */
@NullMarked
package edgewise.linux;

import org.jspecify.annotations.NullMarked;
