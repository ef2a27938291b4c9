package com.jstorrent.iodaemon.transport.service;

/**
 * Records what clients that have shown the token are doing, since a daemon that is not used may end by
 * itself (PROTOCOL.md § 1, {@code --idle-timeout}). Sessions are counted without a transport having to
 * do anything. Any thread; never blocks.
 */
public interface Activity {

  /** A request has shown the token; one {@link #end} must follow. */
  void begin();

  /** It has been answered. */
  void end();
}
