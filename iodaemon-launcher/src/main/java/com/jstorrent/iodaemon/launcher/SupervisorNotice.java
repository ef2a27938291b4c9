package com.jstorrent.iodaemon.launcher;

import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a supervisor that asks for it that the daemon is ready (sd_notify(3)). The JDK has no datagram sockets of
 * the Unix domain, so systemd-notify sends the message; every system whose supervisor sets the variable has it.
 */
final class SupervisorNotice {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisorNotice.class);
  private static final String SOCKET = "NOTIFY_SOCKET";

  private SupervisorNotice() {}

  /** Sends READY=1 if the environment names a socket. Does not wait for it. */
  static void ready(Map<String, String> environment) {
    if (environment.getOrDefault(SOCKET, "").isEmpty()) {
      return;
    }
    try {
      new ProcessBuilder("systemd-notify", "--ready")
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .onExit()
          .thenAccept(SupervisorNotice::check);
    } catch (IOException e) {
      LOG.warn("The supervisor waits for READY=1, and there is no systemd-notify to send it.");
    }
  }

  private static void check(Process ended) {
    if (ended.exitValue() != 0) {
      LOG.warn(
          "The supervisor was not told that the daemon is ready: systemd-notify ended with {}.",
          ended.exitValue());
    }
  }
}
