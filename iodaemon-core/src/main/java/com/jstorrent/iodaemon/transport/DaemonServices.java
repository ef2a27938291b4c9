package com.jstorrent.iodaemon.transport;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.hash.HashService;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import java.util.concurrent.ScheduledExecutorService;

/** What a daemon offers to its transports. */
public interface DaemonServices {

  SessionAcceptor sessions();

  AccessPolicy access();

  FileService files();

  FileHandles handles();

  StreamService streams();

  HashService hashes();

  Stats stats();

  Limits limits();

  /** For deadlines; its one thread must never be kept waiting. */
  ScheduledExecutorService timer();
}
