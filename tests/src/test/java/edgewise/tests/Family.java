package edgewise.tests;

/** The kind of stream socket. */
enum Family {
  TCP,
  UNIX
}
