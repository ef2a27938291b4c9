/**
 * The daemon without its transports. See {@code com.jstorrent.iodaemon.IoDaemon}.
 *
 * <p>The packages that are exported without a target are the public interface (CONTRIBUTING.md,
 * Compatibility). The others are for the modules of this project, and change without notice.
 */
@SuppressWarnings("module") // the targets are built after this module
module com.jstorrent.iodaemon.core {
  requires org.slf4j;
  requires org.apache.commons.codec;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon;
  exports com.jstorrent.iodaemon.config;
  exports com.jstorrent.iodaemon.event;
  exports com.jstorrent.iodaemon.frame;
  exports com.jstorrent.iodaemon.memory;
  exports com.jstorrent.iodaemon.stats;
  exports com.jstorrent.iodaemon.time;
  exports com.jstorrent.iodaemon.transport;

  exports com.jstorrent.iodaemon.access to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.failure to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.file to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.hash to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.memory.heap to
      com.jstorrent.iodaemon.json;
  exports com.jstorrent.iodaemon.net.address to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.stats.live to
      com.jstorrent.iodaemon.http,
      com.jstorrent.iodaemon.launcher,
      com.jstorrent.iodaemon.testkit;
  exports com.jstorrent.iodaemon.stream to
      com.jstorrent.iodaemon.http;
  exports com.jstorrent.iodaemon.transport.kernel to
      com.jstorrent.iodaemon.http,
      com.jstorrent.iodaemon.ws;
  exports com.jstorrent.iodaemon.transport.service to
      com.jstorrent.iodaemon.http,
      com.jstorrent.iodaemon.launcher;
  exports com.jstorrent.iodaemon.work to
      com.jstorrent.iodaemon.http,
      com.jstorrent.iodaemon.ws;
}
