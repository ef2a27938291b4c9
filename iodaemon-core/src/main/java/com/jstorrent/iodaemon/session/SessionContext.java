package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.access.AccessPolicy;
import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.MonotonicClock;
import java.util.function.Consumer;

/**
 * What all clients of a daemon share.
 *
 * @param onEnd is told of each client that has ended
 */
record SessionContext(
    Limits limits,
    Stats stats,
    AccessPolicy access,
    MonotonicClock clock,
    SharedNet net,
    DaemonListener listener,
    UnauthenticatedSlots unauthenticated,
    ControlClients control,
    FolderPicker folderPicker,
    ResumeTickets tickets,
    DisconnectedClients disconnected,
    StreamService streams,
    String version,
    Consumer<Client> onEnd) {

  void clientEnded(Client client) {
    onEnd.accept(client);
  }
}
