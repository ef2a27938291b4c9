/** The daemon's counters as meters of Micrometer. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer has a module name, but no descriptor
module com.jstorrent.iodaemon.micrometer {
  requires transitive com.jstorrent.iodaemon.core;
  requires transitive micrometer.core;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.micrometer;
}
