/** The {@code edgewise} command. Backends are found by {@code ServiceLoader}, as by any program. */
module edgewise.cli {
  requires static org.jspecify;
  requires edgewise;
  requires edgewise.http;
  requires edgewise.linux;
  requires edgewise.service;
}
