package com.jstorrent.iodaemon.transport;

/** Which of the two conversations a connection is for (PROTOCOL.md § 2 and § 3). */
public sealed interface Endpoint {

  /** The endpoint {@code /io}, which has no parameters. */
  Endpoint IO = new Io();

  /** The name; with a slash in front it is the path. */
  String label();

  /** For relaying sockets. */
  record Io() implements Endpoint {
    @Override
    public String label() {
      return "io";
    }
  }

  /**
   * For talking with the host application: roots, events, statistics.
   *
   * @param codec writes the JSON of the frames
   */
  record Control(ControlCodec codec) implements Endpoint {
    @Override
    public String label() {
      return "control";
    }
  }
}
