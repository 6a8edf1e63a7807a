/** Linux system calls, bound through {@code java.lang.foreign}. */
module edgewise.linux {
  requires static org.jspecify;
}
