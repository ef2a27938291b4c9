/** A client of the daemon. See {@code com.jstorrent.iodaemon.client.IoClient}. */
module com.jstorrent.iodaemon.client {
  requires transitive com.jstorrent.iodaemon.core;
  requires com.jstorrent.iodaemon.json;
  requires java.net.http;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.client;
  exports com.jstorrent.iodaemon.client.files;
  exports com.jstorrent.iodaemon.client.report;
}
