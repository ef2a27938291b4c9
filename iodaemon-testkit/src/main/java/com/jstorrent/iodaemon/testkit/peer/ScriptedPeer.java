package com.jstorrent.iodaemon.testkit.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The other end of TCP connections, as a test needs it: a server on a free port of this machine, or a client, which
 * follows a {@link Script}. {@link #await} tells whether the program under test did its part.
 *
 * <pre>{@code
 * try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().expect("hello").send("world").reset())) {
 *   program.connect("127.0.0.1", peer.port());
 *   …
 *   peer.await();
 * }
 * }</pre>
 *
 * <p>Its connections run on threads of their own, which are daemon threads. Thread-safe.
 */
public final class ScriptedPeer implements AutoCloseable {
  private final int port;
  private final Semaphore resumed = new Semaphore(0);
  private final List<ScriptedConnection> connections = new ArrayList<>();
  private final @Nullable ServerSocket server;

  private ScriptedPeer(int port, @Nullable ServerSocket server) {
    this.port = port;
    this.server = server;
  }

  /**
   * Listens on a free port of 127.0.0.1. The first connection follows the first script, and so on; further
   * ones are not accepted.
   *
   * @throws IOException when the system has no port or descriptor left
   */
  public static ScriptedPeer listening(Script first, Script... more) throws IOException {
    ServerSocket server =
        new ServerSocket(0, 1 + more.length, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    ScriptedPeer peer = new ScriptedPeer(server.getLocalPort(), server);
    List<Script> scripts = new ArrayList<>(List.of(more));
    scripts.addFirst(first);
    for (int i = 0; i < scripts.size(); i++) {
      peer.connections.add(new ScriptedConnection("connection " + (i + 1), scripts.get(i)));
    }
    Thread.ofPlatform()
        .daemon()
        .name("testkit-peer-accept")
        .start(() -> peer.accept(server));
    return peer;
  }

  private void accept(ServerSocket server) {
    for (ScriptedConnection each : connections) {
      try {
        each.start(server.accept(), resumed);
      } catch (IOException e) {
        return; // it is closed
      }
    }
  }

  /**
   * Connects to a server, such as one that a client of the daemon has opened, and follows the script.
   *
   * @throws IOException when the connection cannot be made
   */
  public static ScriptedPeer connecting(InetSocketAddress server, Script script)
      throws IOException {
    Socket socket = new Socket(server.getHostString(), server.getPort()); // it may not be resolved
    ScriptedPeer peer = new ScriptedPeer(socket.getLocalPort(), null);
    ScriptedConnection connection = new ScriptedConnection("the connection", script);
    peer.connections.add(connection);
    connection.start(socket, peer.resumed);
    return peer;
  }

  /** The port on which it listens, or from which it has connected. */
  public int port() {
    return port;
  }

  /** Lets one pause of a script end: the current one, or else the next. */
  public void resume() {
    resumed.release();
  }

  /** Like {@link #await(Duration)}, with a minute for each step. */
  public void await() throws InterruptedException {
    await(Duration.ofMinutes(1));
  }

  /**
   * Waits until all scripts are complete.
   *
   * @param patience how long each step may take
   * @throws AssertionError when a step has failed, or takes longer; names the step
   */
  public void await(Duration patience) throws InterruptedException {
    for (ScriptedConnection each : connections) {
      each.await(patience);
    }
  }

  /** Closes all connections, and stops listening. Does not fail when a script has not ended. */
  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
    for (ScriptedConnection each : connections) {
      each.close();
    }
  }
}
