package com.jstorrent.iodaemon.launcher.demo;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.IoDaemonBuilder;
import com.jstorrent.iodaemon.http.HttpTransport;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.ws.WebSocketUpgrade;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Downloads pseudo-random data through a daemon as a real client would: the data is relayed over
 * several sockets, written in pieces with their SHA-1, read back and compared.
 */
public final class Demo {
  private static final String ROOT_KEY = "demo";
  private static final int MIB = 1 << 20;
  private static final double NANOS_PER_SECOND = 1e9;

  private final int pieces;
  private final int sockets;
  private final PrintStream out;
  private final ProgressBar progress;

  private Demo(int pieces, int sockets, PrintStream out) {
    this.pieces = pieces;
    this.sockets = sockets;
    this.out = out;
    this.progress = new ProgressBar(out, pieces * 2);
  }

  /**
   * @param megabytes how many MiB to relay
   * @param sockets over how many sockets
   * @param out where it reports what it does and what it has measured
   */
  public static Demo of(int megabytes, int sockets, PrintStream out) {
    return new Demo(megabytes, sockets, out);
  }

  /**
   * Runs the demo and prints what it has measured. Blocks.
   *
   * @param keep whether to go on with a small load until the process or the daemon is ended
   * @return whether all data was read back as it was served
   * @throws IOException when the daemon or the client fails
   */
  public boolean run(boolean keep) throws IOException {
    Path folder = Files.createTempDirectory("io-daemon-demo");
    String token = UUID.randomUUID().toString();
    IoDaemonBuilder builder =
        IoDaemon.builder()
            .token(token)
            .root(ROOT_KEY, folder)
            .transport(
                HttpTransport.onPort(0)
                    .upgrade(WebSocketUpgrade.io())
                    .upgrade(WebSocketUpgrade.control()));
    try (DataPeer peer = DataPeer.start();
        IoDaemon daemon = builder.build().start()) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(daemon, folder), "demo-end"));
      DemoTarget target = new DemoTarget(daemon.port(), token, ROOT_KEY);
      boolean complete = measure(daemon, target, peer);
      if (keep && complete) {
        keep(daemon, target, peer);
      } else {
        out.println("Next: \"demo --keep\" shows the daemon at work on its status page,");
        out.println("      \"help\" tells how to run one of your own.");
      }
      return complete;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      delete(folder);
    }
  }

  private boolean measure(IoDaemon daemon, DemoTarget target, DataPeer peer)
      throws IOException, InterruptedException {
    try (DemoTransfer transfer = target.connect()) {
      out.printf(
          "Relaying %d MiB over %d sockets, port %d. This takes some seconds.%n", pieces, sockets,
          daemon.port());
      List<Double> roundTrips = transfer.roundTrips(peer.echoPort());
      long begun = System.nanoTime();
      transfer.download(peer.dataPort(), pieces, sockets, progress);
      double relaySeconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
      long read = System.nanoTime();
      long verified = transfer.verify(pieces, progress);
      double readSeconds = (System.nanoTime() - read) / NANOS_PER_SECOND;
      progress.end();
      row("relay, verify, write", "%.0f MiB/s".formatted(pieces / relaySeconds));
      row("read back, compare", "%.0f MiB/s".formatted(pieces / readSeconds));
      row("round trip, 64 bytes",
          "%.0f us median".formatted(roundTrips.get(roundTrips.size() / 2)));
      row("heap in use", "%d MiB".formatted(memory() / MIB));
      row("bytes relayed", Long.toString(daemon.stats().get(Counter.BYTES_RECEIVED)));
      boolean complete = verified == (long) pieces * MIB;
      out.println(complete ? "verified " + verified + " bytes" : "BYTES DIFFER");
      return complete;
    }
  }

  /** Waits until the daemon is closed, by a client or by the end of the process. */
  private void keep(IoDaemon daemon, DemoTarget target, DataPeer peer)
      throws InterruptedException {
    Thread load =
        Thread.ofVirtual().start(new DemoLoad(target, peer.slowPort(), sockets));
    out.printf("The daemon goes on, with about %d MiB/s. Its status page, until Ctrl-C:%n",
        sockets);
    out.println(target.statusPage());
    out.flush();
    try {
      daemon.awaitClosed();
    } finally {
      load.interrupt();
    }
  }

  /** Leaves nothing behind when a signal ends the process. */
  private static void end(IoDaemon daemon, Path folder) {
    daemon.close();
    try {
      delete(folder);
    } catch (IOException e) {
      // What is left is in the system's folder for temporary files.
    }
  }

  private void row(String name, String value) {
    out.printf("  %-22s %s%n", name, value);
  }

  /** The heap in use, without garbage. */
  private static long memory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Synchronized, because two threads call this when a signal ends the process. */
  private static synchronized void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
