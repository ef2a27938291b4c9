/** Sessions over WebSockets (RFC 6455), with Java-WebSocket as the engine. */
module com.jstorrent.iodaemon.ws {
  requires transitive com.jstorrent.iodaemon.core;
  requires transitive com.jstorrent.iodaemon.http;
  requires com.jstorrent.iodaemon.json;
  requires org.java_websocket;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.ws;
}
