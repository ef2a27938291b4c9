package com.jstorrent.iodaemon.net;

import com.jstorrent.iodaemon.memory.MemoryAccount;
import com.jstorrent.iodaemon.memory.MemoryUse;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one client gives up when memory is short and it holds most of what does not move (PROTOCOL.md
 * § 4.6): its longest queue, or else the frames that it has not acknowledged, or else its connection,
 * with the frames that have not fully arrived. A client that is merely connected keeps its connection:
 * closing it would free little, and the client does nothing wrong. Any thread.
 */
final class MemoryRelief implements MemoryAccount.Holder {
  private final NetContext net;
  private final ClientLink link;
  private final ClientSockets.Owner client;

  MemoryRelief(NetContext net, ClientLink link, ClientSockets.Owner client) {
    this.net = net;
    this.link = link;
    this.client = client;
  }

  @Override
  public boolean giveUp() {
    if (isMostly(MemoryUse.CONNECTIONS)) {
      return false;
    }
    Resumption resumption = link.resumption();
    if (isMostly(MemoryUse.PEER_QUEUES)) {
      Optional<TcpSocket> longest = longestQueue();
      longest.ifPresent(TcpSocket::stalled);
      return longest.isPresent();
    } else if (resumption != null
        && isMostly(MemoryUse.REPLAY)
        && !resumption.isForfeitedInReplay()) { // else they are being sent again, and the client does not read them
      resumption.forfeit();
      client.cannotResume();
    } else {
      client.closeForMemory();
    }
    return true;
  }

  /** Also considers sockets that the client has closed and whose peers have not taken everything yet. */
  private Optional<TcpSocket> longestQueue() {
    return Stream.concat(
        net.table().sockets(TcpSocket.class).stream(),
        net.table()
            .closing()
            .stream()
            .filter(TcpSocket.class::isInstance)
            .map(TcpSocket.class::cast))
        .filter(socket -> socket.output().bytes() > 0)
        .max(
            Comparator.comparing((TcpSocket socket) -> !socket.sendCredit().isKept())
                .thenComparingLong(socket -> socket.output().bytes()));
  }

  private boolean isMostly(MemoryUse use) {
    return net.memory().held(use) >= net.memory().held() / 2;
  }
}
