/** The JSON library behind one small class; core does not need it. */
module com.jstorrent.iodaemon.json {
  requires com.google.gson;
  requires transitive com.jstorrent.iodaemon.core;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.json;
}
