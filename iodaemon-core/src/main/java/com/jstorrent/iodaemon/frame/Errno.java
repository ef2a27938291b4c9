package com.jstorrent.iodaemon.frame;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** Why an operation on a socket failed: the errno of Linux, on every platform (PROTOCOL.md § 3). */
public enum Errno {
  /** No failure. */
  OK(0),
  /** Any other error. */
  EPERM(1),
  /** The host name does not resolve. */
  ENOENT(2),
  /** There is no socket with this id. */
  EBADF(9),
  /** Too many connection attempts are already waiting. */
  EAGAIN(11),
  /** Not permitted, by the system or by a rule of the daemon. */
  EACCES(13),
  /** No suitable network interface. */
  ENODEV(19),
  /** An argument makes no sense. */
  EINVAL(22),
  /** No descriptors are left, or the limit of sockets is reached. */
  EMFILE(24),
  /** The TLS handshake failed. */
  EPROTO(71),
  /** The datagram is too long. */
  EMSGSIZE(90),
  /** The system does not support this kind of address. */
  EAFNOSUPPORT(97),
  /** Another socket has this port. */
  EADDRINUSE(98),
  /** The machine does not have this address. */
  EADDRNOTAVAIL(99),
  /** The network is down. */
  ENETDOWN(100),
  /** There is no route to the network. */
  ENETUNREACH(101),
  /** The connection was aborted by the system. */
  ECONNABORTED(103),
  /** The peer has reset the connection. */
  ECONNRESET(104),
  /** Memory or queues are full. */
  ENOBUFS(105),
  /** The peer did not answer in time. */
  ETIMEDOUT(110),
  /** Nothing listens on this port. */
  ECONNREFUSED(111),
  /** The peer's host is down. */
  EHOSTDOWN(112),
  /** There is no route to the peer. */
  EHOSTUNREACH(113),
  /** The operation was already requested. */
  EALREADY(114),
  /** The session to resume no longer exists. */
  ESTALE(116),
  /** The peer's certificate is not trusted, or not for this host. */
  EKEYREJECTED(129);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** {@return the number on the wire} */
  public int number() {
    return number;
  }

  /**
   * {@return the errno behind an exception of the JDK} It is known by the exception's type where that
   * is specific, otherwise by the operating system's message, which the JDK passes on untranslated.
   *
   * @param failure what a call has thrown
   */
  public static Errno of(Exception failure) {
    return switch (failure) {
      case UnknownHostException e -> ENOENT;
      case UnresolvedAddressException e -> ENOENT;
      case SocketTimeoutException e -> ETIMEDOUT;
      case NoRouteToHostException e -> EHOSTUNREACH;
      case ClosedChannelException e -> ECONNRESET;
      case SSLException e -> distrusted(e) ? EKEYREJECTED : EPROTO;
      case IOException e -> byMessage(e, e instanceof ConnectException ? ECONNREFUSED
          : e instanceof BindException ? EADDRINUSE
          : EPERM);
      case UnsupportedAddressTypeException e -> EAFNOSUPPORT;
      case UnsupportedOperationException e -> byMessage(e, EPERM);
      case IllegalArgumentException e -> EINVAL;
      default -> EPERM;
    };
  }

  private static boolean distrusted(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CertificateException || cause != null && distrusted(cause);
  }

  private static Errno byMessage(Exception failure, Errno fallback) {
    String message = failure.getMessage();
    String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
    for (Words words : Words.values()) {
      if (text.contains(words.part)) {
        return words.errno;
      }
    }
    return fallback;
  }

  /** Phrases in messages of Linux, macOS and Windows. The first that a message contains decides. */
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
    NETWORK_IS_UNREACHABLE("network is unreachable", ENETUNREACH),
    NETWORK_UNREACHABLE("network unreachable", ENETUNREACH),
    UNREACHABLE_NETWORK("unreachable network", ENETUNREACH),
    NETWORK_DOWN("network is down", ENETDOWN),
    NETWORK_DROPPED("network dropped", ECONNRESET),
    NO_ROUTE("no route to host", EHOSTUNREACH),
    HOST_DOWN("host is down", EHOSTDOWN),
    UNREACHABLE_HOST("unreachable host", EHOSTUNREACH),
    TOO_LONG("message too long", EMSGSIZE),
    FAMILY("family not supported", EAFNOSUPPORT),
    NO_IPV6("ipv6 not available", EAFNOSUPPORT),
    ADDRESS_TYPE("unsupported address type", EAFNOSUPPORT),
    FAMILY_UNAVAILABLE("protocol family unavailable", EAFNOSUPPORT),
    NO_FILE("no such file or directory", ENOENT),
    NO_DEVICE("no such device", ENODEV),
    INVALID("invalid argument", EINVAL);

    private final String part;
    private final Errno errno;

    Words(String part, Errno errno) {
      this.part = part;
      this.errno = errno;
    }
  }
}
