package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.JsonReports;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.transport.SessionDirectory;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;

/** The counters and sessions of the daemon, and the sockets of sessions (PROTOCOL.md § 5.4). */
final class StatsRoutes {
  private final SessionDirectory directory;

  StatsRoutes(SessionDirectory directory) {
    this.directory = directory;
  }

  Reply all(Call call) {
    return Reply.json(JsonReports.statsObject(directory.report()));
  }

  Reply sockets(Call call) throws OperationFailure {
    SortedMap<Long, List<SocketReport>> sessions = directory.sockets();
    OptionalLong one = Numbers.parse("parameter session", call.query().get("session"));
    if (one.isPresent()) {
      sessions.keySet().retainAll(List.of(one.getAsLong()));
    }
    return Reply.json(JsonReports.socketsObject(sessions));
  }
}
