package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.event.DaemonListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process with status 3 when the daemon cannot go on, so that native-host starts another one.
 * At once: an orderly end needs what has just run out. When the heap is full the JVM does it by itself,
 * by an option in {@code conf/jvm.options}.
 */
final class Breakdown implements DaemonListener, Thread.UncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Breakdown.class);

  private final ProcessLog log;

  Breakdown(ProcessLog log) {
    this.log = log;
  }

  @Override
  public void onFailed(Throwable cause) {
    try {
      System.err.println("The daemon cannot go on and ends: " + cause);
      log.flush(ProcessLog.PATIENCE);
    } finally { // there may be no memory to say so
      Runtime.getRuntime().halt(ExitCode.BROKEN.number());
    }
  }

  /** Anything else than memory is one thread's affair. */
  @Override
  public void uncaughtException(Thread thread, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      onFailed(cause);
    }
    LOG.error("The thread {} has ended because of a defect.", thread.getName(), cause);
  }
}
