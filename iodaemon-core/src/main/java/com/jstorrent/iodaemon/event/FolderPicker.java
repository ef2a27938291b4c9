package com.jstorrent.iodaemon.event;

/**
 * Asks the user of the embedding program for another download root (PROTOCOL.md § 3,
 * OPEN_FOLDER_PICKER).
 */
@FunctionalInterface
public interface FolderPicker {

  /** For programs without a user interface. */
  FolderPicker NONE = () -> false;

  /**
   * Opens the dialogue and returns. The program adds the folder that the user chooses to the
   * daemon's roots, and the daemon tells its clients. Must not block or throw.
   *
   * @return false when there is no user to ask
   */
  boolean open();
}
