/** The daemon's one port: HTTP/1.1 for files and hashes, and upgrades to other protocols. */
module com.jstorrent.iodaemon.http {
  requires transitive com.jstorrent.iodaemon.core;
  requires com.jstorrent.iodaemon.json;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.http;
}
