package com.jstorrent.iodaemon.client.files;

/** How a file gets its length ahead of its bytes (PROTOCOL.md § 5.2). */
public enum Room {
  /** Only the length is set; what is missing reads as zeros and takes no room. */
  SPARSE("sparse"),
  /**
   * The blocks are reserved, so that no later write lacks room. Takes as long as writing the file does:
   * see {@link FilesClient#within}.
   */
  FULL("full");

  private final String label;

  Room(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
