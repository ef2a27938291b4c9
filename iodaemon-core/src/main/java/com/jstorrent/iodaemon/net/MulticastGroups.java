package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.net.connect.PeerSockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The multicast groups of one socket (PROTOCOL.md § 4.10). Used by one thread. */
final class MulticastGroups {
  private static final Logger LOG = LoggerFactory.getLogger(MulticastGroups.class);

  private final DatagramChannel channel;
  private final PeerSockets sockets;
  private final Map<InetAddress, List<MembershipKey>> joined = new HashMap<>();

  MulticastGroups(DatagramChannel channel, PeerSockets sockets) {
    this.channel = channel;
    this.sockets = sockets;
  }

  /**
   * Joins on every usable interface of the group's address family; success on one is enough. Interfaces
   * are compared by index: the JDK takes an interface whose addresses have changed for a different one,
   * and the system would refuse to join twice.
   */
  Errno join(InetAddress group) throws IOException {
    List<NetworkInterface> present = NetworkInterface.networkInterfaces().toList();
    List<MembershipKey> keys = new ArrayList<>(joined.getOrDefault(group, List.of()));
    List<MembershipKey> stale =
        keys.stream().filter(key -> present.stream().noneMatch(each -> isOf(key, each))).toList();
    stale.forEach(MulticastGroups::drop);
    keys.removeAll(stale);
    Set<Integer> members = new HashSet<>();
    keys.forEach(key -> members.add(key.networkInterface().getIndex()));
    Errno failure = Errno.ENODEV;
    for (NetworkInterface candidate : present) {
      try {
        if (!members.contains(candidate.getIndex()) && sockets.canJoin(candidate, group)) {
          MembershipKey key = channel.join(group, candidate);
          if (!stale.contains(key)) { // else the JDK mistook it for the interface that is gone, and has not asked the system
            keys.add(key);
          }
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

  private static void drop(MembershipKey key) {
    try {
      key.drop();
    } catch (AssertionError e) { // thrown by the JDK when the interface is gone, and the membership with it
      LOG.debug("A multicast group was left with its interface: {}", e.toString());
    }
  }

  private static boolean isOf(MembershipKey key, NetworkInterface present) {
    NetworkInterface joinedOn = key.networkInterface();
    return joinedOn.getIndex() == present.getIndex()
        && joinedOn.getName().equals(present.getName());
  }

  Errno leave(InetAddress group) {
    List<MembershipKey> keys = joined.remove(group);
    if (keys == null) {
      return Errno.EADDRNOTAVAIL;
    }
    keys.forEach(MulticastGroups::drop);
    return Errno.OK;
  }
}
