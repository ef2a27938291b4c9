package example;

import static org.junit.jupiter.api.Assertions.assertIterableEquals;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.testkit.transport.ClientEnd;
import com.jstorrent.iodaemon.testkit.transport.FrameConnectionContract;
import com.jstorrent.iodaemon.transport.SessionAcceptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The transport keeps the contract of all transports. */
class UnixConnectionTest implements FrameConnectionContract {
  private static final Executor LATER =
      CompletableFuture.delayedExecutor(Limits.CLOSE_HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS);

  @TempDir private Path folder;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private UnixListener listener;

  @Override
  public ClientEnd connect(SessionAcceptor acceptor) throws IOException {
    if (listener != null) {
      listener.drain();
    }
    listener =
        UnixListener.start(
            folder.resolve("socket"),
            acceptor,
            LATER::execute,
            failures::add);
    return UnixClient.connect(folder.resolve("socket"));
  }

  @Override
  public boolean hasGoodbye() {
    return false;
  }

  @AfterEach
  void end() {
    listener.close();
    assertIterableEquals(List.of(), failures);
  }
}
