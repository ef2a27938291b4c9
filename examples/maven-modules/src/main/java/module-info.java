/** A program of modules; {@code jlink} makes a runtime image of it. */
module example.modules {
  requires com.jstorrent.iodaemon.http;
  requires com.jstorrent.iodaemon.ws;
  requires java.net.http;
}
