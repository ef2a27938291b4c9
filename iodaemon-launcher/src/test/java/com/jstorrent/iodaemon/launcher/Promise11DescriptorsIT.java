package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Program;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** PROTOCOL.md § 4.11: the daemon survives a lack of descriptors. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class Promise11DescriptorsIT {
  private static final String TOKEN = "t";
  private static final int LIMIT = 150;

  @Test
  void serversAndThePortSurviveALackOfDescriptors() throws Exception {
    List<String> command =
        List.of(
            "sh", "-c",
            "ulimit -n " + LIMIT + " && exec \"$0\" --token " + TOKEN + " --parent-pid $PPID",
            DaemonProcess.script().toString());
    try (DaemonProcess daemon = DaemonProcess.run(command);
        ServerSocket elsewhere = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
      long pauses;
      int port = daemon.port();
      HttpClient http = HttpClient.newHttpClient();
      try (WireClient client = new WireClient(http, port, TOKEN)) {
        client.send(new ClientFrame.TcpListen(3, 1, 0, "127.0.0.1"));
        int listening = client.expect(DaemonFrame.TcpListenResult.class).boundPort();
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) { // the backlog accepts what the daemon cannot
          callers.add(new Socket(InetAddress.getLoopbackAddress(), listening));
        }
        int refused = 0;
        int accepted = 0;
        while (refused == 0) {
          client.send(
              new ClientFrame.TcpConnect(9, 9, elsewhere.getLocalPort(), "127.0.0.1"));
          DaemonFrame frame;
          while (!((frame = client.next()) instanceof DaemonFrame.TcpConnected)) {
            accepted += frame instanceof DaemonFrame.TcpAccept ? 1 : 0;
          }
          refused = ((DaemonFrame.TcpConnected) frame).errno();
          client.send(new ClientFrame.TcpClose(0, 9));
        }
        assertThat(refused).as("too many files").isEqualTo(24);
        daemon.awaitStderr("Accepting pauses");
        for (Socket caller : callers.subList(0, accepted)) {
          caller.close(); // TCP_CLOSE frees their descriptors for the waiting ones
        }
        int before = accepted;
        int closed = 0;
        while (accepted < LIMIT || closed == 0) {
          DaemonFrame frame = client.next();
          accepted += frame instanceof DaemonFrame.TcpAccept ? 1 : 0;
          closed += frame instanceof DaemonFrame.TcpClosed ? 1 : 0;
        }
        for (Socket caller : callers) {
          caller.close();
        }
        pauses = 1 + accepted - before;
        HttpRequest health =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
        assertThat(http.send(health, HttpResponse.BodyHandlers.ofString()).statusCode())
            .isEqualTo(200);
      }
      assertThat(daemon.stderr().lines().filter(line -> line.contains("Accepting pauses")).count())
          .as("logged once for each time, not for each try: only an accept can end a pause")
          .isBetween(1L, pauses);
      assertThat(daemon.process().isAlive()).isTrue();
    }
  }

  /** What the JDK fails to open at its first use must not be missing for ever. */
  @Test
  void aLackOfDescriptorsFromTheStartIsOvercome() throws Exception {
    final int few = 70;
    List<String> command =
        List.of(
            "sh", "-c",
            "ulimit -n " + few + " && exec \"$0\" --token " + TOKEN + " --parent-pid $PPID",
            DaemonProcess.script().toString());
    try (DaemonProcess daemon = DaemonProcess.run(command)) {
      int port = daemon.port();
      List<Socket> crowd = new ArrayList<>();
      for (int i = 0; i < few; i++) {
        crowd.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      daemon.awaitStderr("Accepting pauses");
      for (Socket each : crowd) {
        each.close();
      }
      HttpRequest health =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
      assertThat(
          HttpClient.newHttpClient()
              .send(health, HttpResponse.BodyHandlers.ofString())
              .statusCode())
          .isEqualTo(200);
      assertThat(daemon.stderr()).doesNotContain("Exception", "Error", "parent process is gone");
    }
  }

  /** The first socket of an idle client needs descriptors for the selector as well. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aSocketForWhichThereIsNoSelectorFailsAndTheClientLives() throws Exception {
    try (DaemonProcess daemon = DaemonProcess.start(Map.of(), "--token", TOKEN)) {
      String pid = Long.toString(daemon.process().pid());
      try (WireClient client =
          new WireClient(HttpClient.newHttpClient(), daemon.port(), TOKEN)) {
        int before = lasting(pid).size();
        assertThat(bind(client)).isZero(); // the JDK loads what it needs
        client.send(new ClientFrame.UdpClose(0, 1));
        TestDaemon.await("the selector to be closed", () -> open(pid).size() <= before);
        Set<Integer> open = lasting(pid);
        int free = 0;
        while (open.contains(free)) {
          free++;
        }
        limit(pid, free + 2); // enough for the socket, not for a selector as well
        assertThat(bind(client)).as("too many files").isEqualTo(24);
        limit(pid, LIMIT);
        assertThat(bind(client)).isZero();
      }
    }
  }

  private static int bind(WireClient client) throws Exception {
    client.send(new ClientFrame.UdpBind(3, 1, 0, "0.0.0.0"));
    return client.expect(DaemonFrame.UdpBound.class).errno();
  }

  private static void limit(String pid, int descriptors) {
    Program.assumeThere("prlimit", "--pid", pid, "--nofile=" + descriptors + ":");
  }

  /** What is open for longer than the daemon's own look at its memory takes. */
  private static Set<Integer> lasting(String pid) {
    Set<Integer> open = open(pid);
    open.retainAll(open(pid));
    return open;
  }

  private static Set<Integer> open(String pid) {
    String[] names = Path.of("/proc", pid, "fd").toFile().list();
    return Stream.of(names).map(Integer::valueOf).collect(Collectors.toSet());
  }
}
