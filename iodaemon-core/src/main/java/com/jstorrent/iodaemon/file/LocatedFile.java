package com.jstorrent.iodaemon.file;

/** A file as a client refers to it: by its location, or by a handle, which follows renames. */
public sealed interface LocatedFile permits FileLocation, FileHandle {
  /** Where the file is now. */
  FileLocation location();
}
