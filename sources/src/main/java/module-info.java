/** Timers, counters, signals, files, processes, pipes and terminals on an event loop. */
module edgewise.sources {
  requires static org.jspecify;
  requires jdk.unsupported; // sun.misc.Signal, by reflection: see Signals
  requires transitive edgewise;
  requires edgewise.linux;
  requires org.slf4j;

  exports edgewise.sources;
}
