package com.jstorrent.iodaemon.transport.service;

/**
 * What clients that have shown the token are doing; a daemon that is not used may end by itself
 * (PROTOCOL.md § 1, {@code --idle-timeout}). Sessions are counted without a transport's doing. Any
 * thread; never blocks.
 */
public interface Activity {

  /** A request has shown the token; to be followed by one {@link #end}. */
  void begin();

  /** It has been answered. */
  void end();
}
