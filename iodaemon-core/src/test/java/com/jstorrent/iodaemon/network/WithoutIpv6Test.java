package com.jstorrent.iodaemon.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL.md § 3 on machines without IPv6, or that lose it: failures have the right errno. */
class WithoutIpv6Test {
  private static final String OFF =
      "net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.lo.disable_ipv6=1";

  /** EAFNOSUPPORT, EADDRNOTAVAIL, ENETUNREACH: which one depends on the call that fails first. */
  private static final Integer[] NO_IPV6 = {97, 99, 101};

  @TempDir
  Path folder;

  private Path hosts;

  @BeforeEach
  void names() throws IOException {
    hosts = folder.resolve("hosts");
    Files.writeString(hosts, "::1 both.test six.test\n127.0.0.1 both.test\n");
  }

  @Test
  void aJvmWithoutIpv6SaysThatItHasNone() throws Exception {
    Map<String, Integer> errnos = run(java("-Djava.net.preferIPv4Stack=true"));
    assertErrnos(errnos);
    assertThat(errnos).containsEntry("connect-loopback", 97)
        .containsEntry("listen-loopback", 97)
        .containsEntry("udp-loopback", 97);
  }

  @Test
  void aMachineWithoutIpv6SaysThatItHasNone() throws Exception {
    assumeNamespaces();
    assertErrnos(run(inNamespace("sysctl -qw " + OFF, java())));
  }

  @Test
  void aMachineThatLosesIpv6WhileTheDaemonRunsSaysSo() throws Exception {
    assumeNamespaces();
    List<String> probe = java();
    probe.addAll(List.of("sh", "-c", "sysctl -qw " + OFF));
    assertErrnos(run(inNamespace("true", probe)));
  }

  private static void assertErrnos(Map<String, Integer> errnos) {
    for (String works : List.of(
        "connect-ipv4", "connect-name", "listen-ipv4", "listen-name", "udp-ipv4", "udp-name",
        "udp-still-sends", "udp-still-sends-to-names")) {
      assertThat(errnos).containsEntry(works, 0);
    }
    assertThat(errnos).as("the peer refuses").containsEntry("connect-name-refused", 111);
    for (String fails : List.of(
        "connect-loopback", "connect-brackets", "connect-global",
        "listen-loopback", "listen-global", "udp-loopback", "udp-global")) {
      assertThat(errnos.get(fails)).as(fails).isIn((Object[]) NO_IPV6);
    }
    assertThat(errnos.get("connect-ipv6-name"))
        .as("a system without IPv6 may not return such addresses at all")
        .isIn(2, 97, 99, 101);
    assertThat(errnos).as("no interface").containsEntry("join", 19);
  }

  private static void assumeNamespaces() {
    Program.assumeThere("unshare", "--net", "sysctl", "-n", "net.ipv6.conf.all.disable_ipv6");
  }

  private List<String> java(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Djdk.net.hosts.file=" + hosts,
                "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.add(Ipv6Probe.class.getName());
    return command;
  }

  private static List<String> inNamespace(String first, List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "unshare", "--net", "sh", "-c",
                "ip link set lo up && " + first + " && exec \"$0\" \"$@\""));
    all.addAll(command);
    return all;
  }

  private static Map<String, Integer> run(List<String> command) throws IOException {
    Map<String, Integer> errnos = new HashMap<>();
    try (Program program = Program.start(command.toArray(String[]::new))) {
      String said = program.readAll();
      for (String line : said.split("\n")) {
        String[] words = line.split(" ");
        if (words.length == 2 && words[1].matches("-?\\d+")) {
          errnos.put(words[0], Integer.parseInt(words[1]));
        }
      }
      assertThat(errnos).as(said).hasSizeGreaterThan(10);
    }
    return errnos;
  }
}
