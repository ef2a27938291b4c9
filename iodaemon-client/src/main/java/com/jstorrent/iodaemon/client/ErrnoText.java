package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Errno;

/** What the numbers of PROTOCOL.md § 3.6 mean, in words. */
final class ErrnoText {
  private ErrnoText() {}

  /** For instance {@code "connection refused (ECONNREFUSED, 111)"}. */
  static String of(int number) {
    for (Errno errno : Errno.values()) {
      if (errno.number() == number) {
        return words(errno) + " (" + errno + ", " + number + ')';
      }
    }
    return "an error that this client does not know (errno " + number + ')';
  }

  private static String words(Errno errno) {
    return switch (errno) {
      case OK -> "no error";
      case EPERM -> "the operation failed";
      case ENOENT -> "the name does not resolve";
      case EBADF -> "there is no such socket";
      case EAGAIN -> "try again in a moment";
      case EACCES -> "the daemon may not use this address";
      case ENODEV -> "no network interface can join this group";
      case EINVAL -> "invalid argument";
      case EMFILE -> "too many sockets or open files";
      case EPROTO -> "the peer breaks TLS, or ended without close_notify";
      case EMSGSIZE -> "the message is too long";
      case EAFNOSUPPORT -> "the machine has no such address family";
      case EADDRINUSE -> "the address is in use";
      case EADDRNOTAVAIL -> "the address does not belong to this machine";
      case ENETDOWN -> "the network is down";
      case ENETUNREACH -> "the network is unreachable";
      case ECONNABORTED -> "the connection was aborted";
      case ECONNRESET -> "the connection was reset; bytes sent before may not have arrived";
      case ENOBUFS -> "the peer takes no data, or memory is short";
      case ETIMEDOUT -> "timed out";
      case ECONNREFUSED -> "connection refused";
      case EHOSTDOWN -> "the host is down";
      case EHOSTUNREACH -> "no route to the host";
      case EALREADY -> "it was requested before";
      case ESTALE -> "the session no longer exists";
      case EKEYREJECTED -> "the certificate is not trusted, or not for this host";
    };
  }
}
