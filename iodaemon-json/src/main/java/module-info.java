/** The JSON library behind one small class, and the JSON of sessions; core does not need it. */
@SuppressWarnings("module") // the targets are built after this module
module com.jstorrent.iodaemon.json {
  requires com.google.gson;
  requires transitive com.jstorrent.iodaemon.core;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.json.codec;

  exports com.jstorrent.iodaemon.json to
      com.jstorrent.iodaemon.client,
      com.jstorrent.iodaemon.http,
      com.jstorrent.iodaemon.launcher;
}
