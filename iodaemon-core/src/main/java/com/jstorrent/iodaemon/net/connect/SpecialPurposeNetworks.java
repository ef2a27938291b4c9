package com.jstorrent.iodaemon.net.connect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses are public: IANA's registries of special-purpose addresses (RFC 6890), IPv4 and IPv6,
 * with multicast and what has been deprecated since. Where networks are nested, the smallest decides;
 * an address in none of them is public.
 *
 * <p>Three kinds differ from the registries' column "Globally Reachable": anycast addresses of
 * services (PCP, TURN, SRP) are answered by the user's own network, and ORCHIDs and remote ids of
 * drones are identifiers that no router knows.
 */
final class SpecialPurposeNetworks {
  private record Entry(AddressPrefix prefix, boolean isPublic) {}

  private static final List<Entry> REGISTRY =
      List.of(
          reserved("0.0.0.0/8"), // this network, RFC 791
          reserved("10.0.0.0/8"), // private, RFC 1918
          reserved("100.64.0.0/10"), // shared by a carrier's customers, RFC 6598
          reserved("127.0.0.0/8"), // loopback, RFC 1122
          reserved("169.254.0.0/16"), // link-local, RFC 3927
          reserved("172.16.0.0/12"), // private, RFC 1918
          reserved("192.0.0.0/24"), // protocol assignments, RFC 6890; PCP and TURN are among them
          reserved("192.0.2.0/24"), // documentation, RFC 5737
          reserved("192.88.99.0/24"), // 6to4 relays, deprecated by RFC 7526
          reserved("192.168.0.0/16"), // private, RFC 1918
          reserved("198.18.0.0/15"), // benchmarks, RFC 2544
          reserved("198.51.100.0/24"), // documentation, RFC 5737
          reserved("203.0.113.0/24"), // documentation, RFC 5737
          reserved("224.0.0.0/4"), // multicast, RFC 5771
          reserved("240.0.0.0/4"), // reserved, RFC 1112; the broadcast address is among them
          reserved("::/128"), // unspecified, RFC 4291
          reserved("::1/128"), // loopback, RFC 4291
          reserved("64:ff9b:1::/48"), // NAT64 of a local network, RFC 8215
          reserved("100::/64"), // discard-only, RFC 6666
          reserved("100:0:0:1::/64"), // dummy, RFC 9780
          reserved("2001::/23"), // protocol assignments, RFC 2928; of these:
          open("2001::/32"), // Teredo, RFC 4380: judged by the IPv4 addresses in it
          open("2001:3::/32"), // AMT, RFC 7450
          open("2001:4:112::/48"), // AS112, RFC 7535
          reserved("2001:db8::/32"), // documentation, RFC 3849
          reserved("3ffe::/16"), // the 6bone, given back by RFC 3701
          reserved("3fff::/20"), // documentation, RFC 9637
          reserved("5f00::/16"), // segment routing, RFC 9602
          reserved("fc00::/7"), // unique local, RFC 4193
          reserved("fe80::/10"), // link-local, RFC 4291
          reserved("fec0::/10"), // site-local, deprecated by RFC 3879
          reserved("ff00::/8")); // multicast, RFC 4291

  private SpecialPurposeNetworks() {}

  private static Entry reserved(String prefix) {
    return new Entry(AddressPrefix.parse(prefix), false);
  }

  private static Entry open(String prefix) {
    return new Entry(AddressPrefix.parse(prefix), true);
  }

  /** Whether the smallest network that contains this address is public, or there is none. */
  static boolean isPublic(byte[] address) {
    @Nullable
    Entry smallest = null;
    for (Entry entry : REGISTRY) {
      if (entry.prefix().contains(address)
          && (smallest == null || smallest.prefix().bits() < entry.prefix().bits())) {
        smallest = entry;
      }
    }
    return smallest == null || smallest.isPublic();
  }
}
