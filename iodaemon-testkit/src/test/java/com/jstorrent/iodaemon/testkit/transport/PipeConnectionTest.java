package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.time.AwakeClock;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The suite asks for no more than its rules: a transport that holds one frame passes it. */
class PipeConnectionTest implements FrameConnectionContract {
  private final AwakeClock clock = new AwakeClock(failure -> {});

  @Override
  public ClientEnd connect(SessionAcceptor acceptor) {
    return new PipeConnection(null, true, clock).connect(acceptor);
  }

  @AfterEach
  void stopClock() {
    clock.close();
  }

  /** One whose clients cannot say that they are done. */
  @Nested
  class WithoutOrderlyClose implements EndingContract {
    @Override
    public ClientEnd connect(SessionAcceptor acceptor) {
      return new PipeConnection(null, false, clock).connect(acceptor);
    }

    @Override
    public boolean hasGoodbye() {
      return false;
    }
  }
}
