package com.jstorrent.iodaemon.stats;

import java.util.Locale;

/** All counters and gauges. The name in {@code /stats} is the constant's in lower case. */
public enum Counter {
  TCP_SOCKETS(Kind.GAUGE, "sockets", "Connected TCP sockets."),
  TCP_OPENED(Kind.COUNTER, "sockets", "TCP sockets that were connected or accepted."),
  CONNECT_FAILURES(Kind.COUNTER, "attempts", "TCP connects of clients that failed."),
  PENDING_CONNECTS(Kind.GAUGE, "attempts", "Connection attempts that are waiting or in progress."),
  PENDING_TCP(Kind.GAUGE, "sockets", "TCP sockets that are closing and still have bytes to write."),
  UDP_SOCKETS(Kind.GAUGE, "sockets", "Bound UDP sockets."),
  UDP_BYTES_SENT(Kind.COUNTER, "bytes", "Bytes sent in datagrams."),
  UDP_BYTES_RECEIVED(Kind.COUNTER, "bytes", "Bytes received in datagrams."),
  UDP_SEND_DROPS(Kind.COUNTER, "datagrams",
      "Datagrams of clients that could not be sent: unknown host, no route or a full buffer."),
  UDP_RECEIVE_DROPS(Kind.COUNTER, "datagrams",
      "Datagrams that the system dropped because a client was too slow; known on Linux only."),
  TLS_SOCKETS(Kind.GAUGE, "sockets", "TCP sockets that are encrypted, handshakes included."),
  TCP_SERVERS(Kind.GAUGE, "servers", "Listening TCP servers."),
  WS_CONNECTIONS(Kind.GAUGE, "connections", "Connections with a session, authenticated or not."),
  BYTES_SENT(Kind.COUNTER, "bytes", "Bytes written to TCP peers."),
  BYTES_RECEIVED(Kind.COUNTER, "bytes", "Bytes read from TCP peers."),
  FRAMES_TO_CLIENT(Kind.COUNTER, "frames", "Frames sent to clients."),
  FRAMES_FROM_CLIENT(Kind.COUNTER, "frames", "Frames received from clients."),
  QUEUED_BYTES(Kind.GAUGE, "bytes", "Bytes queued for TCP peers."),
  SEND_PAUSES(Kind.COUNTER, "pauses",
      "Times a client was not read because a peer's queue was full."),
  SEND_STALLS(Kind.COUNTER, "sockets", "Sockets closed because their peer stopped reading."),
  CREDIT_PAUSES(Kind.COUNTER, "pauses",
      "Times a peer was not read because the client had granted no more bytes."),
  SEND_CREDIT_BYTES(Kind.GAUGE, "bytes",
      "Bytes that clients may send ahead of peers, beyond the first credit of each socket."),
  PARKED_SESSIONS(Kind.GAUGE, "sessions", "Sessions without a connection that may be resumed."),
  RESUMED_SESSIONS(Kind.COUNTER, "sessions", "Sessions that were resumed on another connection."),
  UNKNOWN_SOCKET_FRAMES(Kind.COUNTER, "frames", "Frames for a socket that does not exist."),
  PROTOCOL_ERRORS(Kind.COUNTER, "errors", "Frames that were answered with ERROR."),
  AUTH_FAILURES(Kind.COUNTER, "failures", "Wrong tokens, in frames and in headers."),
  HTTP_CONNECTIONS(Kind.GAUGE, "connections", "Open HTTP connections, upgraded ones included."),
  HTTP_REQUESTS(Kind.COUNTER, "requests", "HTTP requests that were answered."),
  OPEN_FILES(Kind.GAUGE, "files", "Open files, whether in use or not."),
  FILE_HANDLES(Kind.GAUGE, "handles", "File handles of clients."),
  WAITING_STREAMS(Kind.GAUGE, "streams",
      "Streams that wait for bytes that a client is downloading."),
  FILE_BYTES_READ(Kind.COUNTER, "bytes", "Bytes read from files for clients."),
  FILE_BYTES_WRITTEN(Kind.COUNTER, "bytes", "Bytes written to files for clients."),
  FILE_JOBS(Kind.COUNTER, "jobs",
      "Jobs on files that have ended: reads, writes, looks at folders."),
  FILE_JOBS_SLOW(Kind.COUNTER, "jobs",
      "Jobs on files that took more than 100 ms, with their wait for a thread."),
  FILE_WAIT_MICROSECONDS(Kind.COUNTER, "microseconds",
      "Time that jobs on files waited for a thread."),
  FILE_RUN_MICROSECONDS(Kind.COUNTER, "microseconds",
      "Time that jobs on files took, once they had a thread."),
  MEMORY_LIMIT(Kind.GAUGE, "bytes", "The most that clients can make the daemon hold."),
  MEMORY_FRAMES(Kind.GAUGE, "bytes", "Memory of frames that are being received or built."),
  MEMORY_PEER_QUEUES(Kind.GAUGE, "bytes", "Memory of bytes that wait for peers."),
  MEMORY_REPLAY(Kind.GAUGE, "bytes", "Memory of frames that clients have not acknowledged."),
  MEMORY_BODIES(Kind.GAUGE, "bytes", "Memory of large request bodies."),
  MEMORY_SMALL_BODIES(Kind.GAUGE, "bytes", "Memory of small request bodies and of JSON."),
  MEMORY_ANSWERS(Kind.GAUGE, "bytes", "Memory of answers that are being read from files."),
  MEMORY_LISTINGS(Kind.GAUGE, "bytes", "Memory of listings of folders."),
  MEMORY_HANDLES(Kind.GAUGE, "bytes", "Memory of file handles."),
  MEMORY_CONNECTIONS(Kind.GAUGE, "bytes", "Memory of connections and sockets themselves."),
  MEMORY_RELIEFS(Kind.COUNTER, "times",
      "Times a client had to give up memory because others waited for it."),
  HASHED_BYTES(Kind.COUNTER, "bytes", "Bytes hashed."),
  LOG_LINES_DROPPED(Kind.COUNTER, "lines",
      "Log lines dropped because their reader or disk was too slow."),
  CPU_MILLISECONDS(Kind.COUNTER, "milliseconds",
      "Processor time of the process, of all processors together; 0 where it is not known."),
  HEAP_BYTES(Kind.GAUGE, "bytes", "Heap in use, garbage included."),
  RESIDENT_BYTES(Kind.GAUGE, "bytes",
      "Memory of the machine that the process occupies; known on Linux only, elsewhere 0.");

  /** A counter only grows; a gauge goes up and down. */
  public enum Kind {
    COUNTER,
    GAUGE
  }

  private final Kind kind;
  private final String unit;
  private final String help;

  Counter(Kind kind, String unit, String help) {
    this.kind = kind;
    this.unit = unit;
    this.help = help;
  }

  public Kind kind() {
    return kind;
  }

  public String unit() {
    return unit;
  }

  /** A sentence of explanation for monitoring systems. */
  public String help() {
    return help;
  }

  /** The name on the wire (PROTOCOL.md § 5.4). */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
