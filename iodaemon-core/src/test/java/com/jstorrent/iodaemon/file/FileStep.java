package com.jstorrent.iodaemon.file;

/** An operation on files below a root, by a client or by another program. */
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

  /** Another program replaces this, if it is a file, by another file. */
  record Replaced(String path, int size) implements FileStep {}

  /** Another program deletes this, if it is a file. */
  record Vanished(String path) implements FileStep {}
}
