package com.jstorrent.iodaemon.client.files;

/** A file of a daemon: one at a path under a root, or one that is open. */
public sealed interface FileRef permits RootPath, FileHandle {}
