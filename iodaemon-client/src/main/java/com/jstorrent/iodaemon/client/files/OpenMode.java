package com.jstorrent.iodaemon.client.files;

/** What a file is opened for (PROTOCOL.md § 5.2). */
public enum OpenMode {
  /** Reading; the file must be there. */
  READ("r"),
  /** Reading and writing; the file must be there. */
  WRITE("rw"),
  /** Reading and writing; a missing file is made, with the folders above. */
  CREATE("create");

  private final String label;

  OpenMode(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
