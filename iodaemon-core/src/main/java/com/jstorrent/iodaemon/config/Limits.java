package com.jstorrent.iodaemon.config;

import java.time.Duration;

/**
 * Every limit of the daemon, with its unit and the section of PROTOCOL.md that asks for it. What an
 * embedder may want to change is a component of this record, set through {@link #builder}; what the
 * contract fixes is a constant.
 *
 * @param handshakeTimeout § 3: from the connection to a successful AUTH; then ERROR and close
 * @param failureDelay § 2: how long the answer to a wrong token waits when there were many
 * @param connections connections to the port at once; further ones wait in the backlog
 * @param sockets § 4: TCP and UDP sockets of a connection, connecting ones included; past it a
 *     failed reply with errno 24
 * @param listeners servers of a connection; past it a failed reply with errno 24
 * @param pendingConnects § 4.9: attempts of a connection that wait or are under way; past it a failed
 *     reply with errno 11
 * @param concurrentConnects § 4.9: attempts under way at once per connection; the rest wait
 * @param connectTimeout § 4.9: for one attempt, from its turn on; then errno 110
 * @param secureTimeout § 4.3: for the TLS handshake of TCP_SECURE; then errno 110
 * @param socketQueueBytes § 4.6: waiting for one peer; past it the client is not read
 * @param sessionQueueBytes § 4.6: waiting for all peers of a connection; past it as above
 * @param allQueueBytes waiting for all peers of all connections; past it as above, but that each
 *     connection has {@code socketQueueBytes} in any case
 * @param sendStall § 4.6: how long the client is not read while a peer takes not one byte; then its
 *     socket is closed, errno 105
 * @param sendRoom § 4.6: how long the client is not read although peers take bytes; then the socket
 *     that is in the way is closed, errno 105
 * @param creditBytes what a client with the capability {@code credit} has granted to each new socket (docs
 *     § 9.2)
 * @param linger § 4.4: for writing what was accepted before TCP_CLOSE; then a reset
 * @param resumeGrace how long the sockets of a client with the capability {@code resume} outlive its
 *     connection (docs § 9.3)
 * @param replayBytes frames kept for such a client until it says that it has them; past it no peer is
 *     read
 * @param pingInterval § 4.12: between pings; two unanswered ones end the connection
 * @param headTimeout § 5: for a whole request head; then 408
 * @param bodyStall § 5: without a byte of a body that is due; then 408
 * @param keepAlive between two requests of a connection; then it is closed
 * @param bodyMemoryBytes what has come of bodies that are held in memory until they are complete, to be
 *     verified before they are written; past it a request waits for its turn
 * @param openFiles files that stay open while nobody uses them; past it the one that was used the
 *     longest ago is closed
 * @param fileHandles § 5.2: of all clients; past it 503
 * @param handleGrace § 5.2: how long the handles of a named session outlive its connection
 * @param rootCheck § 5.4: how often the download roots are looked at while a client on {@code
 *     /control} listens
 * @param rangeAnswer § 5.5: for the first answer to RANGE_REQUEST; then 503
 */
public record Limits(
    Duration handshakeTimeout,
    Duration failureDelay,
    int connections,
    int sockets,
    int listeners,
    int pendingConnects,
    int concurrentConnects,
    Duration connectTimeout,
    Duration secureTimeout,
    long socketQueueBytes,
    long sessionQueueBytes,
    long allQueueBytes,
    Duration sendStall,
    Duration sendRoom,
    int creditBytes,
    Duration linger,
    Duration resumeGrace,
    int replayBytes,
    Duration pingInterval,
    Duration headTimeout,
    Duration bodyStall,
    Duration keepAlive,
    long bodyMemoryBytes,
    int openFiles,
    int fileHandles,
    Duration handleGrace,
    Duration rootCheck,
    Duration rangeAnswer) {

  /** § 3: the name that a client gives its session in CLIENT_HELLO; past it ERROR. */
  public static final int SESSION_NAME_CHARS = 256;

  /** § 3: all frames of the handshake together; past it ERROR and close. */
  public static final int HANDSHAKE_BYTES = 4 << 10;

  /** The largest frame of an authenticated client; past it ERROR and close with 1009. */
  public static final int FRAME_BYTES = 16 << 20;

  /** § 4.8: the most data in one TCP_RECV. */
  public static final int RECV_DATA_BYTES = 256 << 10;

  /** A buffer for one frame of data, or for what one read of an encrypted socket may bring. */
  public static final int FRAME_BUFFER_BYTES = RECV_DATA_BYTES + (32 << 10);

  /** Such buffers that are kept when sessions end; a session has two, or three with TLS sockets. */
  public static final int IDLE_FRAME_BUFFERS = 48;

  /** The unit in which memory for bytes that wait for peers is taken. */
  public static final int SEGMENT_BYTES = 64 << 10;

  /** Idle segments that are kept for the next burst: 16 MiB. */
  public static final int IDLE_SEGMENTS = (16 << 20) / SEGMENT_BYTES;

  /** § 4.5: the receive buffer asked for on every TCP socket. */
  public static final int PEER_RECEIVE_BUFFER_BYTES = 256 << 10;

  /** The send and receive buffers asked for on every UDP socket; the system may give less. */
  public static final int UDP_BUFFER_BYTES = 1 << 20;

  /** § 4.10: how many routers a multicast datagram may pass. */
  public static final int MULTICAST_TTL = 2;

  /** § 4.5: a frame below this size is small. */
  public static final int SMALL_FRAME_BYTES = 1 << 10;

  /** After the write of TCP_CONNECTED or TCP_ACCEPT, the first event of the socket waits so long (§ 4.2). */
  public static final Duration FIRST_EVENT_DELAY = Duration.ofMillis(5);

  /** Control frames that wait for the client; past it the client is not read. */
  public static final int CONTROL_QUEUE_BYTES = 256 << 10;

  /** docs § 9.3: for a connection to let go of its sockets when another one wants to resume. */
  public static final Duration SUPERSEDE = Duration.ofSeconds(3);

  /** docs § 9.3: sessions that wait to be resumed; past it the oldest one ends. */
  public static final int PARKED_SESSIONS = 32;

  /**
   * docs § 9.3: control frames that may wait for an acknowledgement beyond {@code replayBytes}; past
   * it the session cannot be resumed.
   */
  public static final int REPLAY_OVERRUN_BYTES = 1 << 20;

  /**
   * Names that are looked up at once: for the connects of a connection, where further ones wait, and
   * for the datagrams of a UDP socket, where further ones are dropped.
   */
  public static final int LOOKUPS = 16;

  /** docs § 9.3: frames of a client after which the daemon acknowledges them, at the latest. */
  public static final int ACK_FRAMES = 64;

  /** docs § 9.3: as {@link #ACK_FRAMES}, in bytes. */
  public static final int ACK_BYTES = 256 << 10;

  /** § 4.12: unanswered pings that end a connection. */
  public static final int MISSED_PONGS = 2;

  /** How long a peer has to take part in closing a WebSocket before it is cut off. */
  public static final Duration CLOSE_HANDSHAKE = Duration.ofSeconds(2);

  /** § 4.12: what is still queued for peers when the connection ends may go on for this long. */
  public static final Duration SESSION_END_LINGER = Duration.ofMillis(500);

  /** § 5.4: for requests that are under way when the daemon shuts down; then they are cut off. */
  public static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(5);

  /** Connections that wait to be accepted, on the daemon's port and on a client's server. */
  public static final int BACKLOG = 1024;

  /** § 4.11: pause of an accept loop that has run out of descriptors. */
  public static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  /** Idle HTTP connections that keep their threads; those of further ones end after a second. */
  public static final int RESTING_THREADS = 16;

  /** § 5: the largest request body; past it 413. */
  public static final long BODY_BYTES = 64L << 20;

  /** § 5: a whole request head; past it 431. */
  public static final int HEAD_BYTES = 16 << 10;

  /** § 5: header fields of a request; past it 431. */
  public static final int HEADER_COUNT = 100;

  /** A JSON body; past it 413. A torrent of 20,000 files needs 3 MiB to name them all. */
  public static final int JSON_BYTES = 16 << 20;

  /**
   * § 5: how long a body waits for memory before it is answered 503. While it waits nothing is read
   * from its client.
   */
  public static final Duration BODY_MEMORY_WAIT = Duration.ofSeconds(20);

  /**
   * § 5: a body of which less than 256 KiB have come in this time gives its memory to others, once one
   * of them has waited for as long; then 503.
   */
  public static final Duration BODY_IDLE = Duration.ofSeconds(5);

  /** Pieces of answers from files; past it an answer is read in steps of 32 KiB. */
  public static final long ANSWER_BYTES = 32L << 20;

  /** docs § 5.6: extents of a batch; past it 400. */
  public static final int BATCH_EXTENTS = 16_384;

  /** Long JSON bodies that are taken apart at once; further ones wait for their turn. */
  public static final int LARGE_JSON_BODIES = 1;

  /** § 5.1: a download root with less room than this counts as full: one body may not fit. */
  public static final long ROOT_FULL_BYTES = BODY_BYTES;

  /** docs § 9.4: how often statistics go to a client that has asked for them. */
  public static final Duration STATS_INTERVAL = Duration.ofSeconds(1);

  /** § 5.1: a root whose disk has not answered for so long counts as gone for whoever asks then. */
  public static final Duration ROOT_ANSWER = Duration.ofSeconds(2);

  /** § 5.1: deleting or replacing a file waits so long for the end of its uses, where that is needed; then 503. */
  public static final Duration FILE_RELEASE = Duration.ofSeconds(5);

  /** § 5.4: sockets that one answer about them lists; how many more there are it tells too. */
  public static final int LISTED_SOCKETS = 1000;

  /** § 2: connections that have not shown the token yet; further ones are answered 503. */
  public static final int STRANGERS = 16;

  /** § 2: wrong tokens within {@link #FAILURE_MEMORY} that are answered at once; further ones wait. */
  public static final int FREE_FAILURES = 3;

  /** § 2: how long a wrong token is remembered. */
  public static final Duration FAILURE_MEMORY = Duration.ofMinutes(1);

  /** § 5.5: streams of a session that wait for bytes at once; further ones 503. */
  public static final int WAITING_STREAMS = 3;

  /** § 5.5: how often a stream that waits looks whether its player is still there. */
  public static final Duration PLAYER_CHECK = Duration.ofMillis(250);

  /** § 5.5: how much of a stream the client is asked for at once. */
  public static final int RANGE_BYTES = 1 << 20;

  /** § 5.5: tickets that are good at once; past it the oldest one is void. */
  public static final int STREAM_TICKETS = 10_000;

  /** § 5.5: the longest life of a ticket. */
  public static final Duration TICKET_LIFE = Duration.ofDays(1);

  /** § 5.3: the longest piece of {@code /hash/pieces}. */
  public static final int PIECE_BYTES = 256 << 20;

  public static final Limits DEFAULT = builder().build();

  public Limits {
    requirePositive("connections", connections);
    requirePositive("sockets", sockets);
    requirePositive("listeners", listeners);
    requirePositive("concurrentConnects", concurrentConnects);
    requirePositive("pendingConnects", pendingConnects);
    requirePositive("creditBytes", creditBytes);
    requirePositive("replayBytes", replayBytes);
    requirePositive("fileHandles", fileHandles);
    if (openFiles < 0) {
      throw new IllegalArgumentException("openFiles must not be negative.");
    }
    if (socketQueueBytes < FRAME_BYTES) {
      throw new IllegalArgumentException(
          "socketQueueBytes must hold one frame of " + FRAME_BYTES + " bytes.");
    }
    if (sessionQueueBytes < socketQueueBytes) {
      throw new IllegalArgumentException(
          "sessionQueueBytes must not be less than socketQueueBytes.");
    }
    if (bodyMemoryBytes < BODY_BYTES) {
      throw new IllegalArgumentException(
          "bodyMemoryBytes must hold one body of " + BODY_BYTES + " bytes.");
    }
  }

  private static void requirePositive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be positive.");
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Starts from the contract's numbers. Not thread-safe. */
  public static final class Builder {
    private Duration handshakeTimeout = Duration.ofSeconds(5);
    private Duration failureDelay = Duration.ofSeconds(1);
    private int connections = 4096;
    private int sockets = 16_384;
    private int listeners = 256;
    private int pendingConnects = 8192;
    private int concurrentConnects = 50;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration secureTimeout = Duration.ofSeconds(10);
    private long socketQueueBytes = 16L << 20;
    private long sessionQueueBytes = 256L << 20;
    private long allQueueBytes = 384L << 20;
    private Duration sendStall = Duration.ofSeconds(10);
    private Duration sendRoom = Duration.ofSeconds(30);
    private int creditBytes = 1 << 20;
    private Duration linger = Duration.ofSeconds(5);
    private Duration resumeGrace = Duration.ofSeconds(30);
    private int replayBytes = 4 << 20;
    private Duration pingInterval = Duration.ofSeconds(20);
    private Duration headTimeout = Duration.ofSeconds(10);
    private Duration bodyStall = Duration.ofSeconds(20);
    private Duration keepAlive = Duration.ofSeconds(60);
    private long bodyMemoryBytes = 96L << 20;
    private int openFiles = 512;
    private int fileHandles = 65_536;
    private Duration handleGrace = Duration.ofSeconds(30);
    private Duration rootCheck = Duration.ofSeconds(10);
    private Duration rangeAnswer = Duration.ofSeconds(10);

    private Builder() {}

    public Builder handshakeTimeout(Duration value) {
      handshakeTimeout = value;
      return this;
    }

    public Builder failureDelay(Duration value) {
      failureDelay = value;
      return this;
    }

    public Builder connections(int value) {
      connections = value;
      return this;
    }

    public Builder sockets(int value) {
      sockets = value;
      return this;
    }

    public Builder listeners(int value) {
      listeners = value;
      return this;
    }

    public Builder concurrentConnects(int value) {
      concurrentConnects = value;
      return this;
    }

    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    public Builder socketQueueBytes(long value) {
      socketQueueBytes = value;
      return this;
    }

    public Builder sessionQueueBytes(long value) {
      sessionQueueBytes = value;
      return this;
    }

    public Builder allQueueBytes(long value) {
      allQueueBytes = value;
      return this;
    }

    public Builder sendStall(Duration value) {
      sendStall = value;
      return this;
    }

    public Builder sendRoom(Duration value) {
      sendRoom = value;
      return this;
    }

    public Builder linger(Duration value) {
      linger = value;
      return this;
    }

    public Builder pingInterval(Duration value) {
      pingInterval = value;
      return this;
    }

    public Builder headTimeout(Duration value) {
      headTimeout = value;
      return this;
    }

    public Builder bodyStall(Duration value) {
      bodyStall = value;
      return this;
    }

    public Builder keepAlive(Duration value) {
      keepAlive = value;
      return this;
    }

    public Builder bodyMemoryBytes(long value) {
      bodyMemoryBytes = value;
      return this;
    }

    public Builder pendingConnects(int value) {
      pendingConnects = value;
      return this;
    }

    public Builder secureTimeout(Duration value) {
      secureTimeout = value;
      return this;
    }

    public Builder creditBytes(int value) {
      creditBytes = value;
      return this;
    }

    public Builder resumeGrace(Duration value) {
      resumeGrace = value;
      return this;
    }

    public Builder replayBytes(int value) {
      replayBytes = value;
      return this;
    }

    public Builder openFiles(int value) {
      openFiles = value;
      return this;
    }

    public Builder fileHandles(int value) {
      fileHandles = value;
      return this;
    }

    public Builder handleGrace(Duration value) {
      handleGrace = value;
      return this;
    }

    public Builder rootCheck(Duration value) {
      rootCheck = value;
      return this;
    }

    public Builder rangeAnswer(Duration value) {
      rangeAnswer = value;
      return this;
    }

    public Limits build() {
      return new Limits(
          handshakeTimeout,
          failureDelay,
          connections,
          sockets,
          listeners,
          pendingConnects,
          concurrentConnects,
          connectTimeout,
          secureTimeout,
          socketQueueBytes,
          sessionQueueBytes,
          allQueueBytes,
          sendStall,
          sendRoom,
          creditBytes,
          linger,
          resumeGrace,
          replayBytes,
          pingInterval,
          headTimeout,
          bodyStall,
          keepAlive,
          bodyMemoryBytes,
          openFiles,
          fileHandles,
          handleGrace,
          rootCheck,
          rangeAnswer);
    }
  }
}
