package com.jstorrent.iodaemon.network;

import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace behind a {@link Cable} that can impair packets, and a {@link NetworkPeer} in it.
 * Needs Linux, iproute2 and the permission to use them.
 */
final class Namespace implements AutoCloseable {
  private final String name;
  private final String near;
  private final String far;
  private final String subnet;
  private final Cable cable;
  private final Process peer;
  private final int port;

  /**
   * @param letter distinguishes the namespaces of one run
   * @throws IOException when this machine or this user cannot set it up
   */
  Namespace(char letter) throws IOException {
    long pid = ProcessHandle.current().pid() % 100_000;
    name = "iod" + pid + letter;
    near = "iodn" + pid + letter;
    far = "iodf" + pid + letter;
    subnet = "198.18." + (100 + letter - 'a') + "."; // reserved for tests (RFC 2544)
    try {
      run("ip", "netns", "add", name);
      cable = Cable.lay(near, far, name);
      run("ip", "addr", "add", subnet + "1/30", "dev", near);
      run("ip", "link", "set", near, "up");
      // Packets must not leave this machine while the link is down.
      run("ip", "route", "add", "unreachable", subnet + "0/30", "metric", "9999");
      inside("ip", "addr", "add", subnet + "2/30", "dev", far);
      inside("ip", "link", "set", "lo", "up");
      inside("ip", "link", "set", far, "up");
      peer = startPeer();
      port = Integer.parseInt(firstLine(peer));
    } catch (IOException | RuntimeException e) {
      remove();
      throw e;
    }
  }

  String host() {
    return subnet + 2;
  }

  int port() {
    return port;
  }

  /** Sets the effects on packets in both directions; replaces the previous ones. */
  void effects(Effects effects) throws IOException {
    cable.set(effects);
  }

  void mtu(int bytes) throws IOException {
    run("ip", "link", "set", near, "mtu", String.valueOf(bytes));
    inside("ip", "link", "set", far, "mtu", String.valueOf(bytes));
  }

  void link(boolean up) throws IOException {
    run("ip", "link", "set", near, up ? "up" : "down");
  }

  private Process startPeer() throws IOException {
    return new ProcessBuilder(
        "ip", "netns", "exec", name,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp", System.getProperty("java.class.path"),
        NetworkPeer.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static String firstLine(Process process) throws IOException {
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null) {
      throw new IOException("A helper of this test did not start.");
    }
    return line;
  }

  private void inside(String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
    all.addAll(List.of(command));
    run(all.toArray(String[]::new));
  }

  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private void remove() {
    String[] route = {"ip", "route", "del", "unreachable", subnet + "0/30", "metric", "9999"};
    String[] device = {"ip", "link", "del", near};
    String[] namespace = {"ip", "netns", "del", name};
    for (String[] command : List.of(route, device, namespace)) {
      try {
        run(command);
      } catch (IOException e) {
        // It did not exist.
      }
    }
  }

  @Override
  public void close() {
    peer.destroy();
    TestDaemon.await("the peer's end", () -> !peer.isAlive());
    cable.close();
    remove();
  }
}
