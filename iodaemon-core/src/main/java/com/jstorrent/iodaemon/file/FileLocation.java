package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;

/** The location of a file or folder, which need not exist: a download root and a path below it. */
public record FileLocation(DownloadRoot root, SafePath path) implements LocatedFile {
  @Override
  public FileLocation location() {
    return this;
  }
}
