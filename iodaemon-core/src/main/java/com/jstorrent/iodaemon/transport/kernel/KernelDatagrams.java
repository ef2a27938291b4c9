package com.jstorrent.iodaemon.transport.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The datagrams that were dropped because the buffer of a UDP socket was full. Java has no call for this
 * number, but Linux publishes it in files; on other systems it is not known.
 */
public final class KernelDatagrams {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/udp"), Path.of("/proc/net/udp6"));
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;
  private static final int DROPS = 12;

  private KernelDatagrams() {}

  /**
   * The drops of this process's sockets that are bound to these addresses: for each address, by the inode
   * of the socket; none where the system does not list its sockets. Empty when no descriptor is left to read the list.
   * Reads files.
   *
   * @param addresses as {@link KernelSockets#address} writes them
   */
  public static Optional<Map<String, Map<String, Long>>> dropsOfOwn(Set<String> addresses) {
    try {
      Map<String, Map<String, Long>> drops = new HashMap<>();
      KernelTables.forEachRow(TABLES, DROPS + 1, fields -> read(fields, addresses, drops));
      // Another process may share an address, and only then is it worth looking through all descriptors.
      if (drops.values().stream().anyMatch(sockets -> sockets.size() > 1)) {
        Set<String> own = ownInodes();
        drops.values().forEach(sockets -> sockets.keySet().retainAll(own));
      }
      return Optional.of(drops);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void read(
      String[] fields, Set<String> addresses, Map<String, Map<String, Long>> drops) {
    if (addresses.contains(fields[LOCAL_ADDRESS])) {
      drops
          .computeIfAbsent(fields[LOCAL_ADDRESS], address -> new HashMap<>())
          .put(fields[INODE], Long.parseLong(fields[DROPS]));
    }
  }

  /** The inodes of the sockets of this process, as each descriptor names them: {@code socket:[12345]}. */
  private static Set<String> ownInodes() throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      descriptors.forEach(
          descriptor -> {
            String target = target(descriptor);
            if (target.startsWith("socket:[")) {
              inodes.add(target.substring("socket:[".length(), target.length() - 1));
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return inodes;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // it has been closed meanwhile
    }
  }
}
