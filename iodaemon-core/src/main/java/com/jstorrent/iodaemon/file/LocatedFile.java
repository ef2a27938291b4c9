package com.jstorrent.iodaemon.file;

/** What a client names a file by: a place, or a handle, whose file may be renamed meanwhile. */
public sealed interface LocatedFile permits FilePlace, FileHandle {
  /** Where the file is now. */
  FilePlace place();
}
