package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.codec.JsonReports;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.SocketReport;
import com.jstorrent.iodaemon.stats.live.CounterHistory;
import com.jstorrent.iodaemon.transport.service.SessionDirectory;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;

/** The counters and sessions of the daemon, and the sockets of sessions (PROTOCOL.md § 5.4). */
final class StatsRoutes {
  /** The most bytes of a {@code char}. */
  private static final int UTF_8_BYTES = 3;

  private final SessionDirectory directory;
  private final CounterHistory history;
  private final HeldAnswers answers;

  StatsRoutes(SessionDirectory directory, CounterHistory history, HeldAnswers answers) {
    this.directory = directory;
    this.history = history;
    this.answers = answers;
  }

  Reply all(Call call) throws OperationFailure {
    return reply(call, JsonReports.statsObject(directory.report()));
  }

  private Reply reply(Call call, String json) throws OperationFailure {
    int most = json.length() * UTF_8_BYTES;
    return answers.json(
        call,
        most,
        answer -> {
          answer.reserve(most);
          answer.append(json);
        });
  }

  Reply sockets(Call call) throws OperationFailure {
    SortedMap<Long, List<SocketReport>> sessions = directory.sockets();
    OptionalLong one = Numbers.parse("parameter session", call.query().get("session"));
    if (one.isPresent()) {
      sessions.keySet().retainAll(List.of(one.getAsLong()));
    }
    return reply(call, JsonReports.socketsObject(sessions));
  }

  /** The counters of the last ten minutes; the parameter {@code names} chooses some of them. */
  Reply history(Call call) throws OperationFailure {
    String names = call.query().get("names");
    List<Counter> chosen =
        names == null ? List.of(Counter.values()) : counters(List.of(names.split(",", -1)));
    return reply(call, JsonReports.historyObject(history.samples(), chosen));
  }

  private static List<Counter> counters(List<String> names) throws OperationFailure {
    Set<Counter> counters = new LinkedHashSet<>();
    for (String name : names) {
      counters.add(
          Arrays.stream(Counter.values())
              .filter(each -> each.label().equals(name))
              .findFirst()
              .orElseThrow(
                  () -> new OperationFailure(
                      FailureCode.EINVAL,
                      "The parameter names must list counters of the statistics, with commas between.")));
    }
    return List.copyOf(counters);
  }
}
