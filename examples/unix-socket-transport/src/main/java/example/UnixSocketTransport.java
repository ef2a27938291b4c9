package example;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.transport.BoundTransport;
import com.jstorrent.iodaemon.transport.DaemonServices;
import com.jstorrent.iodaemon.transport.ServerTransport;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Clients connect to a Unix domain socket, so the permissions of its folder decide who may. Each frame has its length
 * in front, as four bytes, big-endian; a length of zero keeps the connection alive and means nothing.
 */
public final class UnixSocketTransport implements ServerTransport {
  private final Path socket;

  /** Serves at this path, which must not exist yet and is deleted at the end. */
  public UnixSocketTransport(Path socket) {
    this.socket = socket;
  }

  @Override
  public BoundTransport start(DaemonServices services) throws IOException {
    return UnixListener.start(
        socket,
        services.sessions(),
        abort -> services.clock().schedule(Limits.CLOSE_HANDSHAKE, abort),
        services::reportFailure);
  }
}
