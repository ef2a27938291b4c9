package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.event.DaemonListener;
import com.jstorrent.iodaemon.event.FolderPicker;
import com.jstorrent.iodaemon.net.SharedNet;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.AccessPolicy;
import java.util.function.Consumer;

/** What all sessions share, and whom they tell when they end. */
record SessionContext(
    Limits limits,
    Stats stats,
    AccessPolicy access,
    MonotonicClock clock,
    SharedNet net,
    DaemonListener listener,
    Strangers strangers,
    ControlRoom control,
    FolderPicker folderPicker,
    Tickets tickets,
    Parking parking,
    StreamService streams,
    String version,
    Consumer<Session> onEnd) {

  void sessionEnded(Session session) {
    onEnd.accept(session);
  }
}
