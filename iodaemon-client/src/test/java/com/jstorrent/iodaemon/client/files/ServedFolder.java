package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestClient;
import com.jstorrent.iodaemon.transport.ConnectionInfo;
import com.jstorrent.iodaemon.transport.HelloCodec;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** A daemon that serves a folder as the roots "k", "downloads" and "batch", and a client of it. */
final class ServedFolder implements AutoCloseable {
  static final String TOKEN = "secret of the tests";

  private final InProcessTransport sessions = new InProcessTransport();
  private final IoDaemon daemon;
  final FilesClient files;

  ServedFolder(Path folder) throws IOException {
    daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .root("k", folder)
            .root("batch", folder)
            .root("downloads", folder)
            .transport(HttpTransport.onPort(0))
            .transport(sessions)
            .build()
            .start();
    files = FilesClient.at(address(), TOKEN);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + daemon.port());
  }

  IoDaemon daemon() {
    return daemon;
  }

  long counter(Counter counter) {
    return daemon.stats().get(counter);
  }

  /** A client of {@code /io} that has completed the handshake, with a session of this name. */
  TestClient session(String name) throws IOException {
    return new TestClient(
        sessions.connect(new ConnectionInfo(true, name, HelloCodec.EMPTY_ONLY)));
  }

  @Override
  public void close() {
    files.close();
    daemon.close();
  }
}
