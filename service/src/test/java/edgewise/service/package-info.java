@NullMarked
package edgewise.service;

import org.jspecify.annotations.NullMarked;
