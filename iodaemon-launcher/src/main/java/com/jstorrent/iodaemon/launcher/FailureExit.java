package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.event.DaemonListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process with status 3 when the daemon has failed, so that native-host starts another
 * one. It does so at once, because a graceful shutdown would need the resources that have just run
 * out. If the heap is full the JVM ends the process itself, by an option in {@code
 * conf/jvm.options}.
 */
final class FailureExit implements DaemonListener, Thread.UncaughtExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FailureExit.class);

  private final ProcessLog log;

  FailureExit(ProcessLog log) {
    this.log = log;
  }

  @Override
  public void onFailed(Throwable cause) {
    try {
      ProcessLog.tell("The daemon cannot continue: " + cause);
      log.flush(ProcessLog.FLUSH_TIMEOUT);
    } finally { // even if there is not enough memory to log it
      Runtime.getRuntime().halt(ExitCode.BROKEN.number());
    }
  }

  /**
   * Ends the process if memory ran out; any other exception affects only its own thread and is
   * logged.
   */
  @Override
  public void uncaughtException(Thread thread, Throwable cause) {
    if (cause instanceof OutOfMemoryError) {
      onFailed(cause);
    }
    LOG.error("The thread {} has ended because of a defect.", thread.getName(), cause);
  }
}
