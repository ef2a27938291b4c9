package com.jstorrent.iodaemon.fuzz;

import com.code_intelligence.jazzer.api.BugDetectors;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;

/** Restricts fuzz tests to the loopback interface. */
public final class Loopback {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final Set<String> NAMES =
      Set.of("127.0.0.1", "localhost", "::1", "0:0:0:0:0:0:0:1");

  private Loopback() {}

  /**
   * While fuzzing, turns an attempt to connect to any other address into a finding. Call it in each
   * test method: the agent that intercepts connects is not installed earlier.
   */
  public static void only() {
    if (System.getenv("JAZZER_FUZZ") != null) {
      BugDetectors.allowNetworkConnections((host, port) -> NAMES.contains(host));
    }
  }

  /**
   * Sends bytes to a port, shuts down its own side, and reads until the other side ends.
   *
   * @throws IOException when the other side does not end
   */
  public static byte[] exchange(int port, byte[]... parts) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      InputStream in = socket.getInputStream();
      try {
        for (byte[] part : parts) {
          socket.getOutputStream().write(part);
        }
        socket.shutdownOutput();
        return in.readAllBytes();
      } catch (SocketException e) {
        return new byte[0]; // a reset: the daemon may cut off a client that keeps sending
      }
    }
  }
}
