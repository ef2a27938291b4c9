package com.jstorrent.iodaemon.http;

import com.jstorrent.iodaemon.transport.DaemonServices;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A protocol that takes over an HTTP connection. The HTTP transport parses the request and checks
 * Host, Origin and token; the hook checks what its protocol asks for, then owns the channel.
 */
public interface UpgradeHook {

  /** The path that leads here, such as {@code /io}. */
  String path();

  /**
   * Why this request cannot be upgraded, or null when it can. Called before anything is sent. The hook must limit
   * how many connections have not shown the token, because the transport closes none of them in favour of others.
   */
  @Nullable
  Refusal refuse(UpgradeRequest request);

  /** Called once, before the first request, with what the daemon offers. */
  void start(DaemonServices services);

  /**
   * Serves the connection until it ends, on the calling thread, which is the virtual thread that waits for this
   * client: the hook has to move work that should not run there. The caller closes the channel afterwards.
   *
   * @throws IOException when the connection breaks
   */
  void serve(UpgradeRequest request) throws IOException;

  /**
   * An answer instead of the upgrade.
   *
   * @param status 400, 426 or 503
   * @param message one sentence
   * @param header name and value of a header that the status needs, or null
   */
  record Refusal(int status, String message, @Nullable Header header) {
    /** One header of an answer. */
    public record Header(String name, String value) {}
  }
}
