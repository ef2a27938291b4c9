package com.jstorrent.iodaemon.launcher;

import static com.jstorrent.iodaemon.launcher.RawClient.BINARY;
import static com.jstorrent.iodaemon.launcher.RawClient.CLOSE;
import static com.jstorrent.iodaemon.launcher.RawClient.FIN;
import static com.jstorrent.iodaemon.launcher.RawClient.PING;
import static com.jstorrent.iodaemon.launcher.RawClient.PONG;
import static com.jstorrent.iodaemon.launcher.RawClient.TEXT;
import static com.jstorrent.iodaemon.launcher.RawClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * WebSockets that violate RFC 6455, or exploit it to use up resources, against the distribution.
 */
@EnabledOnOs(OS.LINUX)
class WebSocketAbuseIT {
  private static final String TOKEN = "t";
  private static final byte[] NOTHING = {};
  private static final int FLOOD = 100_000;
  private static final int MIB = 1 << 20;

  private static DaemonProcess daemon;
  private static int port;
  private HealthMonitor health;
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    daemon = DaemonProcess.start(Map.of(), "--token", TOKEN);
    port = daemon.port();
    RawClient.webSocket(port, TOKEN).close(); // classes that the first one loads stay
  }

  @AfterAll
  static void stop() throws Exception {
    daemon.close();
  }

  @BeforeEach
  void watch(TestInfo test) throws Exception {
    health = new HealthMonitor(test.getDisplayName(), daemon, port);
  }

  @AfterEach
  void recover() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    health.assertRecovered();
  }

  private RawClient authenticated() throws Exception {
    RawClient client = RawClient.webSocket(port, TOKEN);
    clients.add(client);
    return client;
  }

  private RawClient unauthenticated() throws Exception {
    RawClient client = RawClient.webSocket(port, null);
    clients.add(client);
    return client;
  }

  @Test
  void declaredLengthsDoNotReserveMemory() throws Exception {
    for (long length : new long[] {16L * MIB + 1, 1L << 31, 1L << 32, 1L << 62, Long.MAX_VALUE,
        -1}) {
      for (int first : new int[] {FIN | BINARY, BINARY}) {
        RawClient client = authenticated();
        client.send(frame(first, length, NOTHING));
        assertThat(client.closeCode()).as("length " + length).isEqualTo(1009);
      }
    }
  }

  @Test
  void unauthenticatedClientsMayNotDeclareMoreThanAHandshake() throws Exception {
    RawClient client = unauthenticated();
    client.send(frame(FIN | BINARY, 4097, NOTHING));
    assertThat(client.closeCode()).isEqualTo(1009);
  }

  @Test
  void incompleteLargeMessagesHoldOnlyWhatWasReceived() throws Exception {
    for (int i = 0; i < 50; i++) {
      authenticated().send(frame(FIN | BINARY, 16L * MIB, new byte[100 << 10]));
    }
    health.awaitAnswer();
  }

  @Test
  void emptyFragmentsUseNoMemory() throws Exception {
    RawClient client = authenticated();
    client.send(frame(BINARY, 0, NOTHING));
    byte[] many = repeated(frame(0, 0, NOTHING), 1000);
    for (int i = 0; i < 1000; i++) {
      client.send(many);
    }
    health.awaitAnswer();
    client.send(frame(FIN | PING, 1, new byte[] {7}));
    assertThat(client.nextPong()).containsExactly(7);
  }

  @Test
  void fragmentsThatAddUpAreTooLong() throws Exception {
    RawClient client = authenticated();
    byte[] part = frame(0, MIB, new byte[MIB]);
    client.send(frame(BINARY, MIB, new byte[MIB]));
    for (int i = 0; i < 16 && client.trySend(part); i++) {}
    assertThat(client.closeCode()).isIn(1009, 0);
  }

  @Test
  void pingsWhosePongsAreNotRead() throws Exception {
    byte[] many = repeated(frame(FIN | PING, 125, new byte[125]), 1000);
    RawClient client = authenticated();
    for (int i = 0; i < FLOOD / 1000; i++) {
      client.send(many);
    }
    health.awaitAnswer();
    client.send(frame(FIN | CLOSE, 2, new byte[] {3, (byte) 0xE8}));
    assertThat(client.closeCode()).isEqualTo(1000);
  }

  @Test
  void unsolicitedPongs() throws Exception {
    byte[] many = repeated(frame(FIN | PONG, 125, new byte[125]), 1000);
    RawClient client = authenticated();
    for (int i = 0; i < FLOOD / 1000; i++) {
      client.send(many);
    }
    client.send(frame(FIN | PING, 1, new byte[] {7}));
    assertThat(client.nextPong()).containsExactly(7);
  }

  private static byte[] repeated(byte[] frame, int count) {
    byte[] all = new byte[frame.length * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(frame, 0, all, i * frame.length, frame.length);
    }
    return all;
  }

  @Test
  void invalidFramesEndTheConnectionWithTheirCode() throws Exception {
    Map<String, byte[]> broken = new LinkedHashMap<>();
    broken.put("1002 unmasked", RawClient.unmasked(FIN | BINARY, new byte[5]));
    broken.put("1002 unmasked ping", RawClient.unmasked(FIN | PING, NOTHING));
    for (int bit : new int[] {0x40, 0x20, 0x10, 0x70}) {
      broken.put("1002 reserved bit " + bit, frame(FIN | bit | BINARY, 1, new byte[1]));
      broken.put("1002 reserved bit of a ping " + bit, frame(FIN | bit | PING, 0, NOTHING));
    }
    for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
      broken.put("1002 opcode " + opcode, frame(FIN | opcode, 1, new byte[1]));
    }
    for (int opcode : new int[] {CLOSE, PING, PONG}) {
      broken.put("1002 long control frame " + opcode, frame(FIN | opcode, 126, new byte[126]));
      broken.put("1002 endless control frame " + opcode,
          frame(FIN | opcode, Long.MAX_VALUE, NOTHING));
      broken.put("1002 fragment of a control frame " + opcode, frame(opcode, 0, NOTHING));
    }
    broken.put("1002 continuation of nothing", frame(FIN, 1, new byte[1]));
    broken.put("1003 text", frame(FIN | TEXT, 2, new byte[] {'h', 'i'}));
    broken.put("1003 text that is no UTF-8", frame(FIN | TEXT, 2, new byte[] {(byte) 0xC3, 0x28}));
    broken.put("1003 a fragment of text", frame(TEXT, 1, new byte[] {(byte) 0xFF}));
    broken.put("1002 close with half a code", frame(FIN | CLOSE, 1, new byte[] {3}));
    broken.put(
        "1007 a reason that is no UTF-8",
        frame(FIN | CLOSE, 4, new byte[] {3, (byte) 0xE8, (byte) 0xC3, 0x28}));
    for (int code : new int[] {0, 1, 999, 1004, 1005, 1006, 1015, 5000, 65535}) {
      broken.put(
          "1002 close with " + code,
          frame(FIN | CLOSE, 2, new byte[] {(byte) (code >> 8), (byte) code}));
    }
    for (Map.Entry<String, byte[]> each : broken.entrySet()) {
      RawClient client = authenticated();
      client.send(each.getValue());
      assertThat(client.closeCode())
          .as(each.getKey())
          .isEqualTo(Integer.parseInt(each.getKey().substring(0, 4)));
    }
  }

  @Test
  void unauthenticatedClientsThatFloodAreDisconnected() throws Exception {
    byte[] pings = repeated(frame(FIN | PING, 125, new byte[125]), 1000);
    byte[] hello = frame(FIN | BINARY, 4096, filled(4096));
    RawClient talking = unauthenticated();
    for (int i = 0; i < FLOOD / 1000 && talking.trySend(hello); i++) {}
    talking.awaitEnd();
    RawClient pinging = unauthenticated();
    for (int i = 0; i < FLOOD / 1000 && pinging.trySend(pings); i++) {}
    pinging.awaitEnd();
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 1);
    return bytes;
  }
}
