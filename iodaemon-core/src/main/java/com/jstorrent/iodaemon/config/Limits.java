package com.jstorrent.iodaemon.config;

import java.time.Duration;

/**
 * Every limit of the daemon. Those that an embedder may want to change are set through a {@link LimitsBuilder}; its setters
 * say what each one bounds, its default, and what happens when it is reached. The others are constants. Immutable.
 */
public final class Limits {
  /**
   * PROTOCOL.md § 3: the longest name that a client may give its session in CLIENT_HELLO; a longer one is answered with
   * ERROR.
   */
  public static final int SESSION_NAME_CHARS = 256;

  /** PROTOCOL.md § 3: the size of all frames of the handshake together; beyond it, ERROR and close. */
  public static final int HANDSHAKE_BYTES = 4 << 10;

  /** The largest frame of an authenticated client; a larger one is answered with ERROR and close 1009. */
  public static final int FRAME_BYTES = 16 << 20;

  /** PROTOCOL.md § 4.8: the most data in one TCP_RECV. */
  public static final int RECV_DATA_BYTES = 256 << 10;

  /** The size of a buffer for one frame of data, or for what one read of an encrypted socket may bring. */
  public static final int FRAME_BUFFER_BYTES = RECV_DATA_BYTES + (32 << 10);

  /** How many such buffers are kept for good; further ones are discarded when idle for {@link #IDLE_BUFFERS}. */
  public static final int IDLE_FRAME_BUFFERS = 8;

  /** The unit in which memory is taken for data that waits: large frames, queues, bodies, answers. */
  public static final int SEGMENT_BYTES = 64 << 10;

  /** How many segments (4 MiB of them) are kept for good; further ones are discarded when idle for {@link #IDLE_BUFFERS}. */
  public static final int IDLE_SEGMENTS = (4 << 20) / SEGMENT_BYTES;

  /** How long a buffer beyond those that are kept for good must be idle before it is discarded. */
  public static final Duration IDLE_BUFFERS = Duration.ofSeconds(5);

  /** PROTOCOL.md § 4.6: the least that the memory for all clients is by default: one body must fit beside the rest. */
  public static final long LEAST_MEMORY_BYTES = 96L << 20;

  /** PROTOCOL.md § 4.6: the most that the memory for all clients is by default. */
  public static final long USEFUL_MEMORY_BYTES = 512L << 20;

  /** PROTOCOL.md § 4.6: how much memory a WebSocket itself counts as, whatever it carries. */
  public static final int WEBSOCKET_BYTES = 24 << 10;

  /** PROTOCOL.md § 4.6: how much memory a TCP or UDP socket itself counts as, whatever waits for its peer. */
  public static final int SOCKET_BYTES = 3 << 10;

  /**
   * PROTOCOL.md § 4.6: how much memory the encryption of a TCP socket counts as: its keys, and a record that has not
   * fully arrived.
   */
  public static final int TLS_BYTES = 32 << 10;

  /**
   * PROTOCOL.md § 4.6: how long a client waits for memory before another one, which has not moved any of what it holds for
   * just as long, must give something up.
   */
  public static final Duration MEMORY_PRESSURE = Duration.ofSeconds(5);

  /** PROTOCOL.md § 9.2: the most that a client may send to one socket ahead of its peer. */
  public static final int SEND_WINDOW_BYTES = 1 << 20;

  /**
   * PROTOCOL.md § 4.5: the receive buffer of a TCP socket to a peer on this machine; the system tunes the others, to at
   * least this size.
   */
  public static final int PEER_RECEIVE_BUFFER_BYTES = 256 << 10;

  /** The size of the send and receive buffers that is requested for every UDP socket; the system may grant less. */
  public static final int UDP_BUFFER_BYTES = 1 << 20;

  /** PROTOCOL.md § 4.10: how many routers a multicast datagram may pass. */
  public static final int MULTICAST_TTL = 2;

  /** PROTOCOL.md § 4.5: a frame below this size is small. */
  public static final int SMALL_FRAME_BYTES = 1 << 10;

  /** How long the first event of a socket waits after the write of TCP_CONNECTED or TCP_ACCEPT (PROTOCOL.md § 4.2). */
  public static final Duration FIRST_EVENT_DELAY = Duration.ofMillis(5);

  /** How many bytes of control frames may wait for the client; at this bound the client is not read. */
  public static final int CONTROL_QUEUE_BYTES = 256 << 10;

  /** PROTOCOL.md § 9.3: how long a connection may take to let go of its sockets when another one wants to resume. */
  public static final Duration SUPERSEDE = Duration.ofSeconds(3);

  /** PROTOCOL.md § 9.3: how many sessions may wait to be resumed; when there is one more, the oldest ends. */
  public static final int PARKED_SESSIONS = 32;

  /**
   * PROTOCOL.md § 9.3: how many bytes of control frames, beyond {@code replayBytes}, may wait for an acknowledgement; with
   * more, the session cannot be resumed.
   */
  public static final int REPLAY_OVERRUN_BYTES = 1 << 20;

  /**
   * How many names are looked up at once: for the connects of a connection, of which further ones wait, and for the
   * datagrams of a UDP socket, of which further ones are dropped.
   */
  public static final int LOOKUPS = 16;

  /** PROTOCOL.md § 9.3: the daemon acknowledges the frames of a client after this many, at the latest. */
  public static final int ACK_FRAMES = 64;

  /** PROTOCOL.md § 9.3: as {@link #ACK_FRAMES}, in bytes. */
  public static final int ACK_BYTES = 256 << 10;

  /** The longest time that may be set for anything. The sum of two such times, in nanoseconds, still fits into a {@code long}. */
  public static final Duration LONGEST_TIME = Duration.ofDays(36_500);

  /** PROTOCOL.md § 4.12: how many unanswered pings end a connection. */
  public static final int MISSED_PONGS = 2;

  /** How long a peer has to take part in closing a WebSocket before it is cut off. */
  public static final Duration CLOSE_HANDSHAKE = Duration.ofSeconds(2);

  /** PROTOCOL.md § 4.12: how long what is still queued for peers may be written after the connection has ended. */
  public static final Duration SESSION_END_LINGER = Duration.ofMillis(500);

  /**
   * PROTOCOL.md § 5.4: how long requests in progress may take when the daemon shuts down; then they are cut off. After
   * that, closing the files may take as long again; then those of a disk that does not answer are left open.
   */
  public static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(5);

  /** How many connections may wait to be accepted, on the daemon's port and on a client's server. */
  public static final int BACKLOG = 1024;

  /** PROTOCOL.md § 4.11: pause of an accept loop that has run out of descriptors. */
  public static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  /**
   * A relay thread that has had nothing to send and no peer to read for this long ends; the next frame starts another one.
   * Longer than {@link #STATS_INTERVAL}, so that one thread sends all statistics.
   */
  public static final Duration RELAY_REST = Duration.ofSeconds(2);

  /**
   * PROTOCOL.md § 2.2: one in this many connections of the port may have failed to show the token for {@link #UNKNOWN_TIME};
   * beyond that, the oldest ones are closed for a new one.
   */
  public static final int UNKNOWN_SHARE = 4;

  /** PROTOCOL.md § 2.2: how long a connection counts as new, so that it need not have shown the token. */
  public static final Duration UNKNOWN_TIME = Duration.ofSeconds(2);

  /**
   * How many platform threads serve HTTP; further requests are served by the virtual threads of their connections, which
   * takes longer. WebSockets do not count.
   */
  public static final int HTTP_THREADS = 64;

  /** How many idle HTTP connections keep their threads; the threads of further ones end after a second. */
  public static final int RESTING_THREADS = 16;

  /** PROTOCOL.md § 5: the largest request body; a larger one is answered 413. */
  public static final long BODY_BYTES = 64L << 20;

  /** PROTOCOL.md § 5: the largest request head; a larger one is answered 431. */
  public static final int HEAD_BYTES = 16 << 10;

  /** PROTOCOL.md § 5: how many header fields a request may have; one with more is answered 431. */
  public static final int HEADER_COUNT = 100;

  /** The largest JSON body; a larger one is answered 413. A torrent of 20,000 files needs 3 MiB to name them all. */
  public static final int JSON_BYTES = 16 << 20;

  /**
   * PROTOCOL.md § 5: how long a body waits for memory before it is answered 503. Meanwhile nothing is read from its client.
   */
  public static final Duration BODY_MEMORY_WAIT = Duration.ofSeconds(20);

  /** PROTOCOL.md § 5: how much memory a body that is longer takes at a time. */
  public static final int BODY_STEP_BYTES = 256 << 10;

  /**
   * PROTOCOL.md § 5: a body of which less than {@link #BODY_STEP_BYTES} have arrived in this time gives way to others, once
   * one of them has waited for memory for as long; it is answered 503.
   */
  public static final Duration BODY_IDLE = Duration.ofSeconds(5);

  /**
   * PROTOCOL.md § 5: how much memory answers from files may take, but at most a quarter of all memory; beyond that, an
   * answer is read in steps of 4 KiB.
   */
  public static final long ANSWER_BYTES = 32L << 20;

  /**
   * PROTOCOL.md § 5.1: the longest JSON answer whose length depends on what exists, such as the names in a folder; a longer
   * one becomes 400.
   */
  public static final int LISTING_BYTES = 32 << 20;

  /** PROTOCOL.md § 5.6: how many extents a batch may have; one with more is answered 400. */
  public static final int BATCH_EXTENTS = 16_384;

  /** How many large JSON bodies are parsed at once; further ones wait for their turn. */
  public static final int LARGE_JSON_BODIES = 1;

  /** PROTOCOL.md § 5.1: a download root with less free space than this counts as full, because one body may not fit. */
  public static final long ROOT_FULL_BYTES = BODY_BYTES;

  /** PROTOCOL.md § 9.4: how often statistics go to a client that has asked for them. */
  public static final Duration STATS_INTERVAL = Duration.ofSeconds(1);

  /** PROTOCOL.md § 5: a root whose disk has not answered for this long counts as gone for clients that ask after that. */
  public static final Duration ROOT_ANSWER = Duration.ofSeconds(2);

  /**
   * PROTOCOL.md § 5.1: how long deleting or replacing a file waits until no request uses it, where that is necessary; then
   * 503.
   */
  public static final Duration FILE_RELEASE = Duration.ofSeconds(5);

  /** PROTOCOL.md § 5.4: how many sockets one answer about them lists; it also says how many more there are. */
  public static final int LISTED_SOCKETS = 1000;

  /** PROTOCOL.md § 5.4: the time between two samples of the counters. */
  public static final Duration HISTORY_PERIOD = Duration.ofSeconds(2);

  /** PROTOCOL.md § 5.4: how many samples are kept, which is ten minutes of them; then the oldest is dropped. */
  public static final int HISTORY_SAMPLES = 300;

  /** PROTOCOL.md § 2: how many connections may not have shown the token yet; further ones are answered 503. */
  public static final int UNAUTHENTICATED_CONNECTIONS = 16;

  /**
   * PROTOCOL.md § 2: how many wrong tokens within {@link #FAILURE_MEMORY} are answered at once; the answers to further ones
   * wait.
   */
  public static final int FREE_FAILURES = 3;

  /** PROTOCOL.md § 2: how long a wrong token is remembered. */
  public static final Duration FAILURE_MEMORY = Duration.ofMinutes(1);

  /** PROTOCOL.md § 5.5: how many streams of a session may wait for bytes at once; further ones are answered 503. */
  public static final int WAITING_STREAMS = 3;

  /** PROTOCOL.md § 5.5: how often a waiting stream checks whether its player is still there. */
  public static final Duration PLAYER_CHECK = Duration.ofMillis(250);

  /** PROTOCOL.md § 5.5: how much of a stream the client is asked for at once. */
  public static final int RANGE_BYTES = 1 << 20;

  /** PROTOCOL.md § 5.5: how many tickets may be valid at once; when there is one more, the oldest becomes void. */
  public static final int STREAM_TICKETS = 10_000;

  /** PROTOCOL.md § 5.5: the longest life of a ticket. */
  public static final Duration TICKET_LIFE = Duration.ofDays(1);

  /** PROTOCOL.md § 5.3: the longest piece of {@code /hash/pieces}. */
  public static final int PIECE_BYTES = 256 << 20;

  /** Every limit with its default. */
  public static final Limits DEFAULT = builder().build();

  private final LimitsBuilder values; // never changed

  /**
   * @param values must not change any more
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
