/** The process that native-host starts. */
module com.jstorrent.iodaemon.launcher {
  requires com.jstorrent.iodaemon.client;
  requires com.jstorrent.iodaemon.core;
  requires com.jstorrent.iodaemon.http;
  requires com.jstorrent.iodaemon.json;
  requires com.jstorrent.iodaemon.ws;
  requires info.picocli;
  requires java.logging;
  requires jdk.unsupported;
  requires org.apache.commons.codec;
  requires org.slf4j;
  requires static transitive org.jspecify;
}
