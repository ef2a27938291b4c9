package com.jstorrent.iodaemon.event;

/** How a program that embeds the daemon asks its user for another download root (PROTOCOL.md § 3, E2). */
@FunctionalInterface
public interface FolderPicker {

  /** There is nobody to ask. */
  FolderPicker NONE = () -> false;

  /**
   * Begins to ask. What the user chooses is for the program to add to the roots of the daemon, which
   * tells its clients. Must not block, and must not throw.
   *
   * @return false when nobody can be asked
   */
  boolean open();
}
