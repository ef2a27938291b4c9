package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The multicast groups of one socket (PROTOCOL.md § 4.10). Used by one thread. */
final class MulticastGroups {
  private final DatagramChannel channel;
  private final Map<InetAddress, List<MembershipKey>> joined = new HashMap<>();

  MulticastGroups(DatagramChannel channel) {
    this.channel = channel;
  }

  /** Joins on every usable interface of the group's family; one that works is enough. */
  Errno join(InetAddress group) throws IOException {
    List<MembershipKey> keys = new ArrayList<>();
    Errno failure = Errno.ENODEV;
    for (NetworkInterface candidate : NetworkInterface.networkInterfaces().toList()) {
      try {
        if (usable(candidate, group)) {
          keys.add(channel.join(group, candidate));
        }
      } catch (IOException | RuntimeException e) {
        failure = Errno.of(e);
      }
    }
    if (keys.isEmpty()) {
      return failure;
    }
    joined.put(group, keys);
    return Errno.OK;
  }

  private static boolean usable(NetworkInterface candidate, InetAddress group) throws IOException {
    boolean four = group instanceof Inet4Address;
    return candidate.isUp()
        && candidate.supportsMulticast()
        && candidate.inetAddresses().anyMatch(address -> address instanceof Inet4Address == four);
  }

  Errno leave(InetAddress group) {
    List<MembershipKey> keys = joined.remove(group);
    if (keys == null) {
      return Errno.EADDRNOTAVAIL;
    }
    keys.forEach(MembershipKey::drop);
    return Errno.OK;
  }
}
