package com.jstorrent.iodaemon.ws;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.http.UpgradeHook;
import com.jstorrent.iodaemon.http.UpgradeRequest;
import com.jstorrent.iodaemon.http.wire.LoopbackListener;
import com.jstorrent.iodaemon.memory.MemoryBudget;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.time.MonotonicClock;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.transport.DaemonMemory;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A port that upgrades every request, with the minimum of HTTP that a WebSocket client needs. */
final class UpgradePort implements AutoCloseable {
  /** A header that makes a client count as authenticated. */
  static final String AUTHENTICATED = "authenticated";

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final MonotonicClock clock = new AwakeClock(failures::add);
  private final LoopbackListener listener;

  UpgradePort(SessionAcceptor sessions, Limits limits) throws IOException {
    WebSocketUpgrade hook = WebSocketUpgrade.io();
    hook.start(new Services(sessions, limits, clock));
    listener =
        LoopbackListener.open(
            0,
            100,
            (channel, exempt) -> {
              exempt.run();
              serve(hook, channel);
            },
            clock,
            failures::add);
  }

  int port() {
    return listener.port();
  }

  private static void serve(UpgradeHook hook, SocketChannel channel) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      if (channel.read(one.clear()) < 0) {
        return;
      }
      head.write(one.get(0));
    }
    Map<String, List<String>> headers = new HashMap<>();
    List<String> lines = head.toString(StandardCharsets.US_ASCII).lines().toList();
    for (String line : lines.subList(1, lines.size() - 1)) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT),
              n -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    UpgradeRequest request =
        new UpgradeRequest(
            "/io", headers, headers.containsKey(AUTHENTICATED), ByteBuffer.allocate(0), channel);
    UpgradeHook.Refusal refusal = hook.refuse(request);
    if (refusal == null) {
      hook.serve(request);
    } else {
      UpgradeHook.Refusal.Header header = refusal.header();
      String more = header == null ? "" : header.name() + ": " + header.value() + "\r\n";
      String answer = "HTTP/1.1 " + refusal.status() + " Refused\r\n" + more + "\r\n";
      channel.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  private record Services(SessionAcceptor sessions, Limits limits, MonotonicClock clock)
      implements DaemonServices {
    @Override
    public DaemonMemory memory() {
      return new DaemonMemory(
          new MemoryBudget(limits.memoryBytes(), limits.memoryBytes(), new Stats(), clock),
          new BufferPool(Limits.FRAME_BUFFER_BYTES, 0),
          new BufferPool(Limits.SEGMENT_BYTES, 0));
    }

    @Override
    public void reportFailure(Throwable cause) {
      throw new AssertionError("A WebSocket does not use it.");
    }

    @Override
    public void requestShutdown() {
      throw new AssertionError("A WebSocket does not use it.");
    }
  }

  @Override
  public void close() {
    listener.close();
    clock.close();
    if (!failures.isEmpty()) {
      throw new AssertionError(failures.toString());
    }
  }
}
