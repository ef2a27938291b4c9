/**
 * For the tests of transports and of programs that embed the daemon: the contract of transports, a TCP
 * peer that follows a script, and a clock that a test advances.
 */
module com.jstorrent.iodaemon.testkit {
  requires transitive com.jstorrent.iodaemon.core;
  requires transitive org.junit.jupiter.api;
  requires static transitive org.jspecify;

  exports com.jstorrent.iodaemon.testkit.peer;
  exports com.jstorrent.iodaemon.testkit.time;
  exports com.jstorrent.iodaemon.testkit.transport;
}
