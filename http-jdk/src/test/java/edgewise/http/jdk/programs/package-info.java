/**
 * Programs for the JDK's API that know nothing of Edgewise. In a package of their own, so that they
 * are found on the class path also when Edgewise is on the module path.
 */
@NullMarked
package edgewise.http.jdk.programs;

import org.jspecify.annotations.NullMarked;
