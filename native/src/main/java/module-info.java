/**
 * Linux system calls bound through {@code java.lang.foreign}: one class per family of manual pages,
 * C names, mechanism without policy. The only module of Edgewise that needs {@code
 * --enable-native-access=edgewise.linux}.
 */
module edgewise.linux {
  requires static org.jspecify;

  exports edgewise.linux;
}
