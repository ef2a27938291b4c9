package com.jstorrent.iodaemon.config;

import java.time.Duration;

/**
 * Every limit of the daemon. Those that an embedder may want to change are set through a
 * {@link LimitsBuilder}; its setters tell what each one bounds, its default, and what happens when it
 * is reached. The others are constants. Immutable.
 */
public final class Limits {
  /** PROTOCOL.md § 3: the name that a client gives its session in CLIENT_HELLO; past it ERROR. */
  public static final int SESSION_NAME_CHARS = 256;

  /** PROTOCOL.md § 3: all frames of the handshake together; past it ERROR and close. */
  public static final int HANDSHAKE_BYTES = 4 << 10;

  /** The largest frame of an authenticated client; past it ERROR and close with 1009. */
  public static final int FRAME_BYTES = 16 << 20;

  /** PROTOCOL.md § 4.8: the most data in one TCP_RECV. */
  public static final int RECV_DATA_BYTES = 256 << 10;

  /** A buffer for one frame of data, or for what one read of an encrypted socket may bring. */
  public static final int FRAME_BUFFER_BYTES = RECV_DATA_BYTES + (32 << 10);

  /** Such buffers that are kept for good; what is idle beyond them goes after {@link #IDLE_BUFFERS}. */
  public static final int IDLE_FRAME_BUFFERS = 8;

  /** The unit in which memory is taken for what waits: large frames, queues, bodies, answers. */
  public static final int SEGMENT_BYTES = 64 << 10;

  /** Segments that are kept for good: 4 MiB; idle ones beyond them go after {@link #IDLE_BUFFERS}. */
  public static final int IDLE_SEGMENTS = (4 << 20) / SEGMENT_BYTES;

  /** How long a buffer beyond those that are kept for good has to be idle before it goes. */
  public static final Duration IDLE_BUFFERS = Duration.ofSeconds(5);

  /** PROTOCOL.md § 4.6: the least that the default memory for all clients is: one body must fit beside the rest. */
  public static final long LEAST_MEMORY_BYTES = 96L << 20;

  /** PROTOCOL.md § 4.6: the memory for all clients that is taken at most without being told to. */
  public static final long USEFUL_MEMORY_BYTES = 512L << 20;

  /** PROTOCOL.md § 4.6: what a WebSocket itself is counted for, whatever it transports. */
  public static final int WEBSOCKET_BYTES = 24 << 10;

  /** PROTOCOL.md § 4.6: what a TCP or UDP socket itself is counted for, whatever waits for its peer. */
  public static final int SOCKET_BYTES = 3 << 10;

  /**
   * PROTOCOL.md § 4.6: how long a client waits for memory before another one, which has not moved what
   * it holds for as long, has to give something up.
   */
  public static final Duration MEMORY_PRESSURE = Duration.ofSeconds(5);

  /** PROTOCOL.md § 9.2: what a client may send to one socket ahead of its peer, at most. */
  public static final int SEND_WINDOW_BYTES = 1 << 20;

  /** PROTOCOL.md § 4.5: the receive buffer of a TCP socket, at least; the system tunes that of distant peers. */
  public static final int PEER_RECEIVE_BUFFER_BYTES = 256 << 10;

  /** The send and receive buffers asked for on every UDP socket; the system may give less. */
  public static final int UDP_BUFFER_BYTES = 1 << 20;

  /** PROTOCOL.md § 4.10: how many routers a multicast datagram may pass. */
  public static final int MULTICAST_TTL = 2;

  /** PROTOCOL.md § 4.5: a frame below this size is small. */
  public static final int SMALL_FRAME_BYTES = 1 << 10;

  /**
   * After the write of TCP_CONNECTED or TCP_ACCEPT, the first event of the socket waits so long
   * (PROTOCOL.md § 4.2).
   */
  public static final Duration FIRST_EVENT_DELAY = Duration.ofMillis(5);

  /** Control frames that wait for the client; past it the client is not read. */
  public static final int CONTROL_QUEUE_BYTES = 256 << 10;

  /**
   * PROTOCOL.md § 9.3: for a connection to let go of its sockets when another one wants to resume.
   */
  public static final Duration SUPERSEDE = Duration.ofSeconds(3);

  /** PROTOCOL.md § 9.3: sessions that wait to be resumed; past it the oldest one ends. */
  public static final int PARKED_SESSIONS = 32;

  /**
   * PROTOCOL.md § 9.3: control frames that may wait for an acknowledgement beyond {@code
   * replayBytes}; past it the session cannot be resumed.
   */
  public static final int REPLAY_OVERRUN_BYTES = 1 << 20;

  /**
   * Names that are looked up at once: for the connects of a connection, where further ones wait, and
   * for the datagrams of a UDP socket, where further ones are dropped.
   */
  public static final int LOOKUPS = 16;

  /**
   * PROTOCOL.md § 9.3: frames of a client after which the daemon acknowledges them, at the latest.
   */
  public static final int ACK_FRAMES = 64;

  /** PROTOCOL.md § 9.3: as {@link #ACK_FRAMES}, in bytes. */
  public static final int ACK_BYTES = 256 << 10;

  /** PROTOCOL.md § 4.12: unanswered pings that end a connection. */
  public static final int MISSED_PONGS = 2;

  /** How long a peer has to take part in closing a WebSocket before it is cut off. */
  public static final Duration CLOSE_HANDSHAKE = Duration.ofSeconds(2);

  /**
   * PROTOCOL.md § 4.12: what is still queued for peers when the connection ends may go on for this
   * long.
   */
  public static final Duration SESSION_END_LINGER = Duration.ofMillis(500);

  /**
   * PROTOCOL.md § 5.4: for requests that are under way when the daemon shuts down; then they are
   * cut off.
   */
  public static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(5);

  /** Connections that wait to be accepted, on the daemon's port and on a client's server. */
  public static final int BACKLOG = 1024;

  /** PROTOCOL.md § 4.11: pause of an accept loop that has run out of descriptors. */
  public static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  /**
   * A relay thread that has nothing to send and no peer to read ends after so long; the next frame starts
   * another one. Longer than {@link #STATS_INTERVAL}, so that one thread sends all statistics.
   */
  public static final Duration RELAY_REST = Duration.ofSeconds(2);

  /**
   * PROTOCOL.md § 2.2: connections to the port that have not shown the token for {@link
   * #UNKNOWN_TIME} have one place in so many; past it the oldest ones are closed for a new one.
   */
  public static final int UNKNOWN_SHARE = 4;

  /** PROTOCOL.md § 2.2: how long a connection counts as new, which need not have shown the token. */
  public static final Duration UNKNOWN_TIME = Duration.ofSeconds(2);

  /**
   * Platform threads that serve HTTP; past it requests are served by the virtual threads of their
   * connections, which takes longer. WebSockets do not count.
   */
  public static final int HTTP_THREADS = 64;

  /** Idle HTTP connections that keep their threads; those of further ones end after a second. */
  public static final int RESTING_THREADS = 16;

  /** PROTOCOL.md § 5: the largest request body; past it 413. */
  public static final long BODY_BYTES = 64L << 20;

  /** PROTOCOL.md § 5: a whole request head; past it 431. */
  public static final int HEAD_BYTES = 16 << 10;

  /** PROTOCOL.md § 5: header fields of a request; past it 431. */
  public static final int HEADER_COUNT = 100;

  /** A JSON body; past it 413. A torrent of 20,000 files needs 3 MiB to name them all. */
  public static final int JSON_BYTES = 16 << 20;

  /**
   * PROTOCOL.md § 5: how long a body waits for memory before it is answered 503. While it waits
   * nothing is read from its client.
   */
  public static final Duration BODY_MEMORY_WAIT = Duration.ofSeconds(20);

  /** PROTOCOL.md § 5: what a body that is longer takes of memory at a time. */
  public static final int BODY_STEP_BYTES = 256 << 10;

  /**
   * PROTOCOL.md § 5: a body of which less than {@link #BODY_STEP_BYTES} have come in this time gives its memory to
   * others, once one of them has waited for as long; then 503.
   */
  public static final Duration BODY_IDLE = Duration.ofSeconds(5);

  /**
   * PROTOCOL.md § 5: pieces of answers from files, at most a quarter of all memory; past it an answer is
   * read in steps of 4 KiB.
   */
  public static final long ANSWER_BYTES = 32L << 20;

  /**
   * PROTOCOL.md § 5.1: an answer in JSON whose length depends on what is there, such as the names in a
   * folder; past it 400.
   */
  public static final int LISTING_BYTES = 32 << 20;

  /** PROTOCOL.md § 5.6: extents of a batch; past it 400. */
  public static final int BATCH_EXTENTS = 16_384;

  /** Long JSON bodies that are taken apart at once; further ones wait for their turn. */
  public static final int LARGE_JSON_BODIES = 1;

  /**
   * PROTOCOL.md § 5.1: a download root with less room than this counts as full: one body may not
   * fit.
   */
  public static final long ROOT_FULL_BYTES = BODY_BYTES;

  /** PROTOCOL.md § 9.4: how often statistics go to a client that has asked for them. */
  public static final Duration STATS_INTERVAL = Duration.ofSeconds(1);

  /**
   * PROTOCOL.md § 5: a root whose disk has not answered for so long counts as gone for a client that
   * asks then.
   */
  public static final Duration ROOT_ANSWER = Duration.ofSeconds(2);

  /**
   * PROTOCOL.md § 5.1: deleting or replacing a file waits so long for the end of its uses, where
   * that is needed; then 503.
   */
  public static final Duration FILE_RELEASE = Duration.ofSeconds(5);

  /**
   * PROTOCOL.md § 5.4: sockets that one answer about them lists; how many more there are it tells
   * too.
   */
  public static final int LISTED_SOCKETS = 1000;

  /** PROTOCOL.md § 5.4: between two samples of the counters that the daemon remembers. */
  public static final Duration HISTORY_PERIOD = Duration.ofSeconds(2);

  /** PROTOCOL.md § 5.4: samples that are remembered, ten minutes of them; then the oldest one goes. */
  public static final int HISTORY_SAMPLES = 300;

  /**
   * PROTOCOL.md § 2: connections that have not shown the token yet; further ones are answered 503.
   */
  public static final int UNAUTHENTICATED_CONNECTIONS = 16;

  /**
   * PROTOCOL.md § 2: wrong tokens within {@link #FAILURE_MEMORY} that are answered at once; further
   * ones wait.
   */
  public static final int FREE_FAILURES = 3;

  /** PROTOCOL.md § 2: how long a wrong token is remembered. */
  public static final Duration FAILURE_MEMORY = Duration.ofMinutes(1);

  /** PROTOCOL.md § 5.5: streams of a session that wait for bytes at once; further ones 503. */
  public static final int WAITING_STREAMS = 3;

  /** PROTOCOL.md § 5.5: how often a stream that waits looks whether its player is still there. */
  public static final Duration PLAYER_CHECK = Duration.ofMillis(250);

  /** PROTOCOL.md § 5.5: how much of a stream the client is asked for at once. */
  public static final int RANGE_BYTES = 1 << 20;

  /** PROTOCOL.md § 5.5: tickets that are good at once; past it the oldest one is void. */
  public static final int STREAM_TICKETS = 10_000;

  /** PROTOCOL.md § 5.5: the longest life of a ticket. */
  public static final Duration TICKET_LIFE = Duration.ofDays(1);

  /** PROTOCOL.md § 5.3: the longest piece of {@code /hash/pieces}. */
  public static final int PIECE_BYTES = 256 << 20;

  /** Every limit with its default. */
  public static final Limits DEFAULT = builder().build();

  private final LimitsBuilder values; // never changed

  /**
   * @param values not changed any more
   */
  Limits(LimitsBuilder values) {
    this.values = values;
  }

  /** Starts from the defaults. */
  public static LimitsBuilder builder() {
    return new LimitsBuilder();
  }

  public Duration handshakeTimeout() {
    return values.handshakeTimeout;
  }

  public Duration failureDelay() {
    return values.failureDelay;
  }

  public int connections() {
    return values.connections;
  }

  public Duration pingInterval() {
    return values.pingInterval;
  }

  public Duration resumeGrace() {
    return values.resumeGrace;
  }

  public int replayBytes() {
    return values.replayBytes;
  }

  public int sockets() {
    return values.sockets;
  }

  public int listeners() {
    return values.listeners;
  }

  public int pendingConnects() {
    return values.pendingConnects;
  }

  public int concurrentConnects() {
    return values.concurrentConnects;
  }

  public Duration connectTimeout() {
    return values.connectTimeout;
  }

  public Duration secureTimeout() {
    return values.secureTimeout;
  }

  public Duration linger() {
    return values.linger;
  }

  public int creditBytes() {
    return values.creditBytes;
  }

  public int sendCreditBytes() {
    return values.sendCreditBytes;
  }

  public long socketQueueBytes() {
    return values.socketQueueBytes;
  }

  public long sessionQueueBytes() {
    return values.sessionQueueBytes;
  }

  public Duration sendStall() {
    return values.sendStall;
  }

  public Duration sendRoom() {
    return values.sendRoom;
  }

  public Duration headTimeout() {
    return values.headTimeout;
  }

  public Duration bodyStall() {
    return values.bodyStall;
  }

  public Duration keepAlive() {
    return values.keepAlive;
  }

  public long memoryBytes() {
    return values.memoryBytes;
  }

  public long bodyMemoryBytes() {
    return values.bodyMemoryBytes;
  }

  public int openFiles() {
    return values.openFiles;
  }

  public int fileHandles() {
    return values.fileHandles;
  }

  public Duration handleGrace() {
    return values.handleGrace;
  }

  public Duration rootCheck() {
    return values.rootCheck;
  }

  public Duration rangeAnswer() {
    return values.rangeAnswer;
  }
}
