package com.jstorrent.iodaemon.frame;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;

/**
 * Why an operation on a socket failed, as the number that Linux uses, on every platform
 * (PROTOCOL.md § 3).
 */
public enum Errno {
  OK(0),
  /** Nothing else fits. */
  EPERM(1),
  /** A name that does not resolve; the contract leaves the number open. */
  ENOENT(2),
  EACCES(13),
  EINVAL(22),
  EMFILE(24),
  EADDRINUSE(98),
  EADDRNOTAVAIL(99),
  ENETUNREACH(101),
  ECONNABORTED(103),
  ECONNRESET(104),
  ENOBUFS(105),
  ETIMEDOUT(110),
  ECONNREFUSED(111),
  EHOSTUNREACH(113);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /**
   * What stands behind an exception of the JDK. Some are told apart by type, the others only by the
   * operating system's own words, which the JDK passes on untranslated.
   */
  public static Errno of(Exception failure) {
    return switch (failure) {
      case UnknownHostException e -> ENOENT;
      case UnresolvedAddressException e -> ENOENT;
      case SocketTimeoutException e -> ETIMEDOUT;
      case NoRouteToHostException e -> EHOSTUNREACH;
      case IOException e -> byMessage(e, e instanceof ConnectException ? ECONNREFUSED
          : e instanceof BindException ? EADDRINUSE
          : EPERM);
      case IllegalArgumentException e -> EINVAL;
      default -> EPERM;
    };
  }

  private static Errno byMessage(IOException failure, Errno fallback) {
    String message = failure.getMessage();
    String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
    for (Words words : Words.values()) {
      if (text.contains(words.part)) {
        return words.errno;
      }
    }
    return fallback;
  }

  /** Parts of messages of Linux, macOS and Windows; the first that occurs decides. */
  private enum Words {
    REFUSED("refused", ECONNREFUSED),
    RESET("reset", ECONNRESET),
    FORCIBLY_CLOSED("forcibly closed", ECONNRESET),
    ABORTED("aborted", ECONNABORTED),
    BROKEN_PIPE("broken pipe", ECONNRESET),
    TIMED_OUT("timed out", ETIMEDOUT),
    IN_USE("in use", EADDRINUSE),
    NOT_AVAILABLE("assign requested address", EADDRNOTAVAIL),
    DENIED("permission denied", EACCES),
    FORBIDDEN("forbidden by its access", EACCES),
    NOT_PERMITTED("not permitted", EPERM),
    TOO_MANY("too many open files", EMFILE),
    NO_BUFFERS("no buffer space", ENOBUFS),
    NETWORK_DOWN("network is unreachable", ENETUNREACH),
    NETWORK_UNREACHABLE("network unreachable", ENETUNREACH),
    NO_ROUTE("no route to host", EHOSTUNREACH),
    HOST_DOWN("host is down", EHOSTUNREACH),
    INVALID("invalid argument", EINVAL);

    private final String part;
    private final Errno errno;

    Words(String part, Errno errno) {
      this.part = part;
      this.errno = errno;
    }
  }
}
