package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** While the disk is overloaded, everything else is answered. */
@Timeout(600)
class SlowDiskIT {
  private static final int WRITERS = 64;
  private static final int BODY = 8 << 20;
  private static final int READ = 64 << 10;

  /** A few files, overwritten repeatedly, so that a run uses little space. */
  private static final int FILES = 4;
  private static final int MIN_ANSWERS = 50;

  private final AtomicIntegerArray written = new AtomicIntegerArray(WRITERS);
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void bulkWritesDelayNeitherHealthChecksNorSocketsNorReads(@TempDir Path root) throws Exception {
    byte[] film = Peer.bytes(1, 4 << 20);
    Files.write(root.resolve("film"), film);
    try (DaemonProcess daemon =
        DaemonProcess.start(
            Map.of(), "--token", FileClient.TOKEN, "--root", FileClient.ROOT + "=" + root)) {
      byte[] body = Peer.bytes(2, BODY);
      saturate(daemon.port(), film, body);
      for (int file = 0; file < FILES; file++) {
        assertThat(Arrays.equals(Files.readAllBytes(root.resolve("bulk" + file)), body)).isTrue();
      }
    }
  }

  private void saturate(int port, byte[] film, byte[] body) throws Exception {
    List<Future<?>> writers = new ArrayList<>();
    try (Peer peer = Peer.echoing();
        FileClient bulk = new FileClient(port);
        FileClient page = new FileClient(port);
        WireClient wire = new WireClient(HttpClient.newHttpClient(), port, FileClient.TOKEN);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      wire.send(new ClientFrame.TcpConnect(1, 1, peer.port(), "127.0.0.1"));
      assertThat(wire.expect(DaemonFrame.TcpConnected.class).errno()).isZero();
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        writers.add(threads.submit(() -> write(bulk, number, body)));
      }
      try {
        for (int answers = 0; answers < MIN_ANSWERS || !allHaveWritten(); answers++) {
          assertThat(page.get("/health").text()).isEqualTo("ok");
          byte[] message = Peer.bytes(answers, 1000);
          wire.send(new ClientFrame.TcpSend(0, 1, ByteBuffer.wrap(message)));
          assertThat(echo(wire, message.length)).isEqualTo(message);
          int offset = answers % (film.length / READ) * READ;
          assertThat(page.read("film", offset, READ).body())
              .isEqualTo(Arrays.copyOfRange(film, offset, offset + READ));
          assertThat(writers).as("the writers").noneMatch(Future::isDone);
        }
      } finally {
        over.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
  }

  private boolean allHaveWritten() {
    for (int i = 0; i < WRITERS; i++) {
      if (written.get(i) == 0) {
        return false;
      }
    }
    return true;
  }

  private Object write(FileClient client, int number, byte[] body) throws IOException {
    while (!over.get()) {
      assertThat(client.write("bulk" + number % FILES, 0, body).status()).isEqualTo(200);
      written.incrementAndGet(number);
    }
    return number;
  }

  private static byte[] echo(WireClient wire, int count) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (bytes.size() < count) {
      ByteBuffer data = wire.expect(DaemonFrame.TcpRecv.class).data();
      byte[] part = new byte[data.remaining()];
      data.get(part);
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
