package com.jstorrent.iodaemon.config;

import java.time.Duration;
import java.util.Objects;

/**
 * Sets the limits that an embedder may want to change. Not thread-safe.
 *
 * <p>A value that makes no sense is rejected with a message that names the limit: null with a
 * {@link NullPointerException}; a number below 1, a time below a millisecond (unless the setter allows zero)
 * and a time above 100 years with an {@link IllegalArgumentException}.
 */
public final class LimitsBuilder {
  private static final Duration ONE_MILLI = Duration.ofMillis(1);

  Duration handshakeTimeout = Duration.ofSeconds(5);
  Duration failureDelay = Duration.ofSeconds(1);
  int connections = 4096;
  Duration pingInterval = Duration.ofSeconds(20);
  Duration resumeGrace = Duration.ofSeconds(30);
  int replayBytes = 4 << 20;
  int sockets = 16_384;
  int listeners = 256;
  int pendingConnects = 8192;
  int concurrentConnects = 50;
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration secureTimeout = Duration.ofSeconds(10);
  Duration linger = Duration.ofSeconds(5);
  int creditBytes = 1 << 20;
  int sendCreditBytes = 8 << 10;
  long socketQueueBytes = 16L << 20;
  long sessionQueueBytes = 256L << 20;
  Duration sendStall = Duration.ofSeconds(10);
  Duration sendRoom = Duration.ofSeconds(30);
  Duration headTimeout = Duration.ofSeconds(10);
  Duration bodyStall = Duration.ofSeconds(20);
  Duration keepAlive = Duration.ofSeconds(60);
  long memoryBytes =
      Math.clamp(
          Runtime.getRuntime().maxMemory(), Limits.LEAST_MEMORY_BYTES, Limits.USEFUL_MEMORY_BYTES);
  long bodyMemoryBytes = 96L << 20;
  int openFiles = 512;
  int fileHandles = 65_536;
  Duration handleGrace = Duration.ofSeconds(30);
  Duration rootCheck = Duration.ofSeconds(10);
  Duration rangeAnswer = Duration.ofSeconds(10);

  LimitsBuilder() {}

  private LimitsBuilder(LimitsBuilder other) {
    handshakeTimeout = other.handshakeTimeout;
    failureDelay = other.failureDelay;
    connections = other.connections;
    pingInterval = other.pingInterval;
    resumeGrace = other.resumeGrace;
    replayBytes = other.replayBytes;
    sockets = other.sockets;
    listeners = other.listeners;
    pendingConnects = other.pendingConnects;
    concurrentConnects = other.concurrentConnects;
    connectTimeout = other.connectTimeout;
    secureTimeout = other.secureTimeout;
    linger = other.linger;
    creditBytes = other.creditBytes;
    sendCreditBytes = other.sendCreditBytes;
    socketQueueBytes = other.socketQueueBytes;
    sessionQueueBytes = other.sessionQueueBytes;
    sendStall = other.sendStall;
    sendRoom = other.sendRoom;
    headTimeout = other.headTimeout;
    bodyStall = other.bodyStall;
    keepAlive = other.keepAlive;
    memoryBytes = other.memoryBytes;
    bodyMemoryBytes = other.bodyMemoryBytes;
    openFiles = other.openFiles;
    fileHandles = other.fileHandles;
    handleGrace = other.handleGrace;
    rootCheck = other.rootCheck;
    rangeAnswer = other.rangeAnswer;
  }

  /**
   * How long a client may take from its connection to a successful AUTH (PROTOCOL.md § 3); then
   * ERROR, and the connection is closed. Default: 5 s.
   */
  public LimitsBuilder handshakeTimeout(Duration value) {
    handshakeTimeout = time("handshakeTimeout", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the answer to a wrong token is delayed when there were many in a minute (PROTOCOL.md § 2). May
   * be zero. Default: 1 s.
   */
  public LimitsBuilder failureDelay(Duration value) {
    failureDelay = time("failureDelay", Duration.ZERO, value);
    return this;
  }

  /**
   * How many connections the port may have at once, HTTP and WebSocket together (PROTOCOL.md § 2.2). When
   * another one arrives, the oldest that has not shown the token is closed; if all have shown it, the new one
   * waits in the backlog. Default: 4096.
   */
  public LimitsBuilder connections(int value) {
    connections = count("connections", 1, value);
    return this;
  }

  /**
   * The time between two pings on a WebSocket (PROTOCOL.md § 4.12); two missed pongs end the
   * connection. Default: 20 s.
   */
  public LimitsBuilder pingInterval(Duration value) {
    pingInterval = time("pingInterval", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the sockets of a client with the capability {@code resume} outlive its connection
   * (PROTOCOL.md § 9.3); then they are closed. May be zero. Default: 30 s.
   */
  public LimitsBuilder resumeGrace(Duration value) {
    resumeGrace = time("resumeGrace", Duration.ZERO, value);
    return this;
  }

  /**
   * How many bytes of frames are kept for a client with the capability {@code resume} until it
   * acknowledges them (PROTOCOL.md § 9.3); at this bound no peer is read. Default: 4 MiB.
   */
  public LimitsBuilder replayBytes(int value) {
    replayBytes = count("replayBytes", 1, value);
    return this;
  }

  /**
   * How many TCP and UDP sockets a connection may have, connecting ones included (PROTOCOL.md § 8);
   * one more is a failed reply with errno 24. Default: 16,384.
   */
  public LimitsBuilder sockets(int value) {
    sockets = count("sockets", 1, value);
    return this;
  }

  /**
   * How many TCP servers a connection may have (PROTOCOL.md § 8); one more is a failed reply with
   * errno 24. Default: 256.
   */
  public LimitsBuilder listeners(int value) {
    listeners = count("listeners", 1, value);
    return this;
  }

  /**
   * How many connects of a connection may wait or be under way (PROTOCOL.md § 8); one more is a
   * failed reply with errno 11. Default: 8192.
   */
  public LimitsBuilder pendingConnects(int value) {
    pendingConnects = count("pendingConnects", 1, value);
    return this;
  }

  /**
   * How many connects of a connection are under way at once (PROTOCOL.md § 4.9); the others wait
   * for their turn. Default: 50.
   */
  public LimitsBuilder concurrentConnects(int value) {
    concurrentConnects = count("concurrentConnects", 1, value);
    return this;
  }

  /**
   * How long a connect may take, not counting the time that it waits for its turn (PROTOCOL.md § 4.9); then a
   * failed reply with errno 110. Looking up a name for any other purpose may take just as long. Default: 10
   * s.
   */
  public LimitsBuilder connectTimeout(Duration value) {
    connectTimeout = time("connectTimeout", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the TLS handshake of TCP_SECURE may take (PROTOCOL.md § 4.3); then a failed reply with
   * errno 110. Default: 10 s.
   */
  public LimitsBuilder secureTimeout(Duration value) {
    secureTimeout = time("secureTimeout", ONE_MILLI, value);
    return this;
  }

  /**
   * How long it may take to write what was accepted before the client's TCP_CLOSE (PROTOCOL.md § 4.4); then
   * the socket is reset. May be zero. Default: 5 s.
   */
  public LimitsBuilder linger(Duration value) {
    linger = time("linger", Duration.ZERO, value);
    return this;
  }

  /**
   * How many bytes of credit a new socket begins with, if the client has the capability {@code credit}
   * (PROTOCOL.md § 9.2); when it is used up, the peer is not read. Default: 1 MiB.
   */
  public LimitsBuilder creditBytes(int value) {
    creditBytes = count("creditBytes", 1, value);
    return this;
  }

  /**
   * How many bytes a client may send to a new socket before the daemon grants more, if it has the capability
   * {@code credit} (PROTOCOL.md § 9.2); what it sends beyond that may have to wait. This value times
   * {@link #sockets} should not be more than half of {@link #sessionQueueBytes}. Default: 8 KiB.
   */
  public LimitsBuilder sendCreditBytes(int value) {
    sendCreditBytes = count("sendCreditBytes", 1, value);
    return this;
  }

  /**
   * How many bytes may wait for one peer (PROTOCOL.md § 4.6); at this bound the client is not read.
   * At least {@link Limits#FRAME_BYTES}, since one frame must fit. Default: 16 MiB.
   */
  public LimitsBuilder socketQueueBytes(long value) {
    socketQueueBytes = bytes("socketQueueBytes", Limits.FRAME_BYTES, value);
    return this;
  }

  /**
   * How many bytes may wait for all peers of a connection (PROTOCOL.md § 4.6); at this bound the
   * client is not read. At least {@link #socketQueueBytes}. Default: 256 MiB.
   */
  public LimitsBuilder sessionQueueBytes(long value) {
    sessionQueueBytes = bytes("sessionQueueBytes", Limits.FRAME_BYTES, value);
    return this;
  }

  /**
   * How long a peer may go without taking a single byte while the client waits for room (PROTOCOL.md § 4.6);
   * then its socket is closed with errno 105. Default: 10 s.
   */
  public LimitsBuilder sendStall(Duration value) {
    sendStall = time("sendStall", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the client may wait for room although its peers take bytes (PROTOCOL.md § 4.6); then
   * the socket that is in the way is closed with errno 105. Default: 30 s.
   */
  public LimitsBuilder sendRoom(Duration value) {
    sendRoom = time("sendRoom", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the head of a request may take from its first byte on (PROTOCOL.md § 5); then 408, and
   * the connection is closed. Default: 10 s.
   */
  public LimitsBuilder headTimeout(Duration value) {
    headTimeout = time("headTimeout", ONE_MILLI, value);
    return this;
  }

  /**
   * How long a client may go without sending a single byte of a body that is due (PROTOCOL.md § 5); then 408,
   * and the connection is closed. It may go without taking a single byte of an answer for just as long
   * (PROTOCOL.md § 8); then it is cut off. Default: 20 s.
   */
  public LimitsBuilder bodyStall(Duration value) {
    bodyStall = time("bodyStall", ONE_MILLI, value);
    return this;
  }

  /**
   * How long an HTTP connection may be idle between two requests; then it is closed.
   * Default: 60 s.
   */
  public LimitsBuilder keepAlive(Duration value) {
    keepAlive = time("keepAlive", ONE_MILLI, value);
    return this;
  }

  /**
   * How many bytes all clients together can make the daemon hold, in the heap and outside of it (PROTOCOL.md
   * § 4.6): frames, queues, bodies, answers, connections. At this bound sources are not read, and requests
   * wait and are then answered 503. At most a quarter of the heap is used for it; the rest is direct memory,
   * which {@code -XX:MaxDirectMemorySize} must allow. At least {@link Limits#FRAME_BYTES}, since one frame
   * must fit. Default: the size to which the heap may grow, but from 96 to 512 MiB.
   */
  public LimitsBuilder memoryBytes(long value) {
    memoryBytes = bytes("memoryBytes", Limits.FRAME_BYTES, value);
    return this;
  }

  /**
   * How many bytes of request bodies may be in memory, for bodies that are held until they are complete and
   * verified (PROTOCOL.md § 8); at this bound a request waits for at most {@link Limits#BODY_MEMORY_WAIT},
   * then 503. At least {@link Limits#BODY_BYTES}, since one body must fit. Default: 96 MiB.
   */
  public LimitsBuilder bodyMemoryBytes(long value) {
    bodyMemoryBytes = bytes("bodyMemoryBytes", Limits.BODY_BYTES, value);
    return this;
  }

  /**
   * How many files stay open while no request uses them; beyond that, the least recently used one is closed.
   * May be zero. Default: 512.
   */
  public LimitsBuilder openFiles(int value) {
    openFiles = count("openFiles", 0, value);
    return this;
  }

  /**
   * How many file handles all clients together may have (PROTOCOL.md § 8); one more is 503.
   * Default: 65,536.
   */
  public LimitsBuilder fileHandles(int value) {
    fileHandles = count("fileHandles", 1, value);
    return this;
  }

  /**
   * How long the handles of a named session outlive its last connection (PROTOCOL.md § 8); then
   * they are closed. May be zero. Default: 30 s.
   */
  public LimitsBuilder handleGrace(Duration value) {
    handleGrace = time("handleGrace", Duration.ZERO, value);
    return this;
  }

  /**
   * The time between two checks of the download roots while a client is on {@code /control} (PROTOCOL.md
   * § 8). Default: 10 s.
   */
  public LimitsBuilder rootCheck(Duration value) {
    rootCheck = time("rootCheck", ONE_MILLI, value);
    return this;
  }

  /**
   * How long the first answer to RANGE_REQUEST may take (PROTOCOL.md § 5.5); then the stream is
   * answered 503. Default: 10 s.
   */
  public LimitsBuilder rangeAnswer(Duration value) {
    rangeAnswer = time("rangeAnswer", ONE_MILLI, value);
    return this;
  }

  /**
   * Builds the limits as they are set now; this builder can still be used afterwards.
   *
   * @throws IllegalArgumentException when {@code sessionQueueBytes} is less than {@code
   *     socketQueueBytes}
   */
  public Limits build() {
    if (sessionQueueBytes < socketQueueBytes) {
      throw new IllegalArgumentException(
          "sessionQueueBytes must be at least socketQueueBytes, "
              + socketQueueBytes
              + ", and is "
              + sessionQueueBytes
              + ".");
    }
    return new Limits(new LimitsBuilder(this));
  }

  private static int count(String name, int least, int value) {
    return (int) bytes(name, least, value);
  }

  private static long bytes(String name, long least, long value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ", and is " + value + ".");
    }
    return value;
  }

  private static Duration time(String name, Duration least, Duration value) {
    Objects.requireNonNull(value, () -> name + " must not be null.");
    if (value.compareTo(least) < 0 || value.compareTo(Limits.LONGEST_TIME) > 0) {
      throw new IllegalArgumentException(
          name + " must be from " + least.toMillis() + " ms to 100 years, and is " + value + ".");
    }
    return value;
  }
}
