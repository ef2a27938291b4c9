package com.jstorrent.iodaemon.file;

/** A file or folder of a client: a path below a root. Nothing says that it exists. */
public record FilePlace(DownloadRoot root, SafePath path) implements LocatedFile {
  @Override
  public FilePlace place() {
    return this;
  }
}
