package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.frame.Capability;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a client behaves. Immutable. A time limit of zero means no limit, except for {@link Builder#resumeTimeout}. */
public final class ClientOptions {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  /** The daemon acknowledges after 256 KiB at the latest, and a frame beyond that has to fit too. */
  private static final int MIN_REPLAY_BYTES = 512 * KIB;

  /** The default of every option. */
  public static final ClientOptions DEFAULT = builder().build();

  private final Builder values;

  private ClientOptions(Builder values) {
    this.values = values;
  }

  /** A builder that starts with the default options. */
  public static Builder builder() {
    return new Builder();
  }

  Set<Capability> capabilities() {
    return values.capabilities;
  }

  @Nullable
  String session() {
    return values.session;
  }

  Duration connectTimeout() {
    return values.connectTimeout;
  }

  Duration requestTimeout() {
    return values.requestTimeout;
  }

  Duration readTimeout() {
    return values.readTimeout;
  }

  Duration writeTimeout() {
    return values.writeTimeout;
  }

  Duration closeTimeout() {
    return values.closeTimeout;
  }

  @Nullable
  Duration resumeTimeout() {
    return values.resumeTimeout;
  }

  BackOff backOff() {
    return values.backOff;
  }

  int queueBytes() {
    return values.queueBytes;
  }

  int replayBytes() {
    return values.replayBytes;
  }

  int receiveBytes() {
    return values.receiveBytes;
  }

  int backlog() {
    return values.backlog;
  }

  /** Sets options. Each has a default. */
  public static final class Builder {
    private Set<Capability> capabilities =
        EnumSet.of(Capability.CREDIT, Capability.HALFCLOSE, Capability.RESUME);
    private @Nullable String session;
    private Duration connectTimeout = Duration.ofSeconds(30);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration readTimeout = Duration.ZERO;
    private Duration writeTimeout = Duration.ZERO;
    private Duration closeTimeout = Duration.ofSeconds(10);
    private @Nullable Duration resumeTimeout;
    private BackOff backOff = new BackOff(Duration.ofMillis(50), Duration.ofSeconds(2));
    private int queueBytes = MIB;
    private int replayBytes = 4 * MIB;
    private int receiveBytes = 4 * MIB;
    private int backlog = 128;

    private Builder() {}

    private Builder(Builder other) {
      capabilities = other.capabilities;
      session = other.session;
      connectTimeout = other.connectTimeout;
      requestTimeout = other.requestTimeout;
      readTimeout = other.readTimeout;
      writeTimeout = other.writeTimeout;
      closeTimeout = other.closeTimeout;
      resumeTimeout = other.resumeTimeout;
      backOff = other.backOff;
      queueBytes = other.queueBytes;
      replayBytes = other.replayBytes;
      receiveBytes = other.receiveBytes;
      backlog = other.backlog;
    }

    /**
     * The capabilities to ask for (PROTOCOL.md § 9); the daemon may not offer all of them. Default: {@code credit},
     * {@code halfclose} and {@code resume}.
     */
    public Builder capabilities(Set<Capability> wanted) {
      if (wanted.stream().anyMatch(Capability::isForControl)) {
        throw new IllegalArgumentException("The capability stats is for /control, not for /io.");
      }
      capabilities = Set.copyOf(wanted);
      return this;
    }

    /**
     * The name of the session, which ties HTTP requests with the same {@code X-JST-Session} to it (PROTOCOL.md
     * § 2.2). This client refuses the ranges that the daemon asks the session for (§ 5.5), so do not stream files
     * that were opened under this name. Default: none.
     */
    public Builder session(String name) {
      session = name;
      return this;
    }

    /**
     * How long each step of the first connection to the daemon may take (connect, SERVER_HELLO, AUTH_RESULT), and
     * how long {@link IoClient#connect(String, int)} may take. Default: 30 s; the daemon itself gives up on a peer
     * after 10 s.
     */
    public Builder connectTimeout(Duration limit) {
      connectTimeout = checked("connectTimeout", limit);
      return this;
    }

    /** How long the answer to any other request may take. Default: 30 s. */
    public Builder requestTimeout(Duration limit) {
      requestTimeout = checked("requestTimeout", limit);
      return this;
    }

    /** How long reading, receiving or accepting waits. Default: no limit. */
    public Builder readTimeout(Duration limit) {
      readTimeout = checked("readTimeout", limit);
      return this;
    }

    /** How long sending waits for credit and for room in the queue. Default: no limit. */
    public Builder writeTimeout(Duration limit) {
      writeTimeout = checked("writeTimeout", limit);
      return this;
    }

    /**
     * How long closing a connection waits for the daemon's TCP_CLOSE, and how long closing the client waits until
     * all frames are sent. Default: 10 s; the daemon waits 5 s for a peer that does not end its side.
     */
    public Builder closeTimeout(Duration limit) {
      closeTimeout = checked("closeTimeout", limit);
      return this;
    }

    /**
     * How long the client tries to resume a lost session. One attempt is always made: even when this time has run
     * out, each step of an attempt has five seconds, or the {@link #connectTimeout} if that is shorter. Default: as
     * long as the daemon keeps a session ({@code resumeGraceSeconds} of its limits).
     */
    public Builder resumeTimeout(Duration limit) {
      resumeTimeout = checked("resumeTimeout", limit);
      return this;
    }

    /** The pauses between attempts to resume. Default: 50 ms, doubling up to 2 s. */
    public Builder backOff(BackOff pauses) {
      backOff = pauses;
      return this;
    }

    /** How many bytes of all sockets may wait to be sent; at this bound sending blocks. Default: 1 MiB. */
    public Builder queueBytes(int bytes) {
      queueBytes = checked("queueBytes", bytes, 1);
      return this;
    }

    /**
     * How many bytes may wait to be sent, or to be acknowledged by the daemon; at this bound sending blocks. Only
     * with {@code resume}. Default: 4 MiB, at least 512 KiB.
     */
    public Builder replayBytes(int bytes) {
      replayBytes = checked("replayBytes", bytes, MIN_REPLAY_BYTES);
      return this;
    }

    /**
     * How many unread bytes one socket may hold. With {@code credit} a connection starts with the daemon's
     * {@code creditBytes}, whatever this option says, and its window grows to this size while the application reads
     * all that arrives; at the bound the daemon stops reading from that peer. Without {@code credit} the client
     * stops reading from the daemon at the bound. A UDP socket drops datagrams at the bound; each counts 256 bytes
     * besides its data. Default: 4 MiB.
     */
    public Builder receiveBytes(int bytes) {
      receiveBytes = checked("receiveBytes", bytes, 1);
      return this;
    }

    /** How many accepted connections of a server may wait for {@code accept}; further ones are closed. Default: 128. */
    public Builder backlog(int connections) {
      backlog = checked("backlog", connections, 1);
      return this;
    }

    private static Duration checked(String name, Duration limit) {
      if (limit.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative.");
      }
      return limit;
    }

    private static int checked(String name, int number, int least) {
      if (number < least) {
        throw new IllegalArgumentException(name + " must be at least " + least + '.');
      }
      return number;
    }

    /** The options as they are set now. */
    public ClientOptions build() {
      return new ClientOptions(new Builder(this));
    }
  }
}
