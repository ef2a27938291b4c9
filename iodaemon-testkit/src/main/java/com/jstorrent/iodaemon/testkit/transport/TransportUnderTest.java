package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.transport.FrameReceiver;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.time.Duration;

/** What a transport tells the suite about itself. */
public interface TransportUnderTest {

  /**
   * Connects a client; the transport hands the daemon's end to {@code acceptor}, on any thread. A new
   * connection each time.
   */
  ClientEnd connect(SessionAcceptor acceptor) throws Exception;

  /**
   * Whether a client can say that it is done, as opposed to being lost: whether {@link ClientEnd#close} results in
   * {@link FrameReceiver#onClosed} with {@code finished}. Default: yes.
   */
  default boolean hasGoodbye() {
    return true;
  }

  /**
   * How long one step of a test may take before its rule counts as broken. It has to be longer than the
   * transport's own time limits; a minute, the default, is meant for a busy machine. Conforming
   * transports never wait for it.
   */
  default Duration patience() {
    return Duration.ofMinutes(1);
  }
}
