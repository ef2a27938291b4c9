package com.jstorrent.iodaemon.transport;

/** Which of the two conversations a connection is for (PROTOCOL.md § 2 and § 3). */
public sealed interface Endpoint {

  /** The one that needs to know nothing more. */
  Endpoint IO = new Io();

  /** The name; with a slash in front it is the path. */
  String label();

  /** Sockets are relayed. */
  record Io() implements Endpoint {
    @Override
    public String label() {
      return "io";
    }
  }

  /**
   * The host application is talked to: roots, events, statistics.
   *
   * @param codec how what is told becomes JSON
   */
  record Control(ControlCodec codec) implements Endpoint {
    @Override
    public String label() {
      return "control";
    }
  }
}
