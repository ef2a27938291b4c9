/** The daemon without its transports. See {@code com.jstorrent.iodaemon.IoDaemon}. */
module com.jstorrent.iodaemon.core {
  requires org.slf4j;
  requires org.apache.commons.codec;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon;
  exports com.jstorrent.iodaemon.access;
  exports com.jstorrent.iodaemon.config;
  exports com.jstorrent.iodaemon.event;
  exports com.jstorrent.iodaemon.failure;
  exports com.jstorrent.iodaemon.file;
  exports com.jstorrent.iodaemon.frame;
  exports com.jstorrent.iodaemon.hash;
  exports com.jstorrent.iodaemon.memory;
  exports com.jstorrent.iodaemon.stats;
  exports com.jstorrent.iodaemon.stream;
  exports com.jstorrent.iodaemon.time;
  exports com.jstorrent.iodaemon.transport;
  exports com.jstorrent.iodaemon.work;
}
