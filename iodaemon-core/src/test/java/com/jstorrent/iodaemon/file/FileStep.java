package com.jstorrent.iodaemon.file;

/** One thing that is done to files below a root, by a client or behind the daemon's back. */
sealed interface FileStep {
  String path();

  record Write(String path, boolean create, int offset, int size) implements FileStep {}

  record Read(String path, int offset, int length) implements FileStep {}

  record Truncate(String path, int length) implements FileStep {}

  record Extend(String path, int length) implements FileStep {}

  record Reserve(String path, int length) implements FileStep {}

  record Flush(String path) implements FileStep {}

  record Status(String path) implements FileStep {}

  record Names(String path) implements FileStep {}

  record Ensure(String path) implements FileStep {}

  record Delete(String path) implements FileStep {}

  record Rename(String path, String to) implements FileStep {}

  /** Somebody else puts another file in the place of this one, if it is one. */
  record Replaced(String path, int size) implements FileStep {}

  /** Somebody else deletes this file, if it is one. */
  record Vanished(String path) implements FileStep {}
}
