package com.jstorrent.iodaemon.client;

import com.jstorrent.iodaemon.IoDaemon;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.transport.InProcessTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The code of docs/client.md, which {@link ClientDocumentTest} compares with it. */
final class SocketSnippets {
  private SocketSnippets() {}

  static void firstConnection(int port, String token) throws IOException {
    try (IoClient client = IoClient.connect(URI.create("ws://127.0.0.1:" + port + "/io"), token);
        TcpConnection connection = client.connect("example.org", 80)) {
      connection.output().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      connection.input().transferTo(System.out);
    }
  }

  static void inProcess(String token) throws IOException {
    InProcessTransport transport = new InProcessTransport();
    IoDaemon daemon = IoDaemon.builder().token(token).transport(transport).build().start();
    IoClient client = IoClient.over(transport, token);
    client.close();
    daemon.close();
  }

  static ClientOptions timeLimits() {
    ClientOptions options =
        ClientOptions.builder()
            .connectTimeout(Duration.ofSeconds(5))
            .readTimeout(Duration.ofMinutes(1))
            .build();
    return options;
  }

  static void errno(IoClient client, String host, int port) throws IOException {
    try {
      client.connect(host, port, Duration.ofSeconds(2)).close();
    } catch (IoErrnoException e) {
      if (e.errno() == Errno.ECONNREFUSED) {
        System.out.println("Nothing listens there.");
      }
    }
  }

  static byte[] halfClose(TcpConnection connection, byte[] request) throws IOException {
    connection.output().write(request);
    connection.shutdownOutput();
    byte[] answer = connection.input().readAllBytes();
    return answer;
  }

  static void startTls(TcpConnection connection) throws IOException {
    connection.output().write("STARTTLS\r\n".getBytes(StandardCharsets.US_ASCII));
    connection.input().readNBytes("OK\r\n".length());
    connection.startTls("mail.example.org");
  }

  static void server(IoClient client) throws IOException {
    try (TcpServer server = client.listen("127.0.0.1", 0)) {
      while (true) {
        TcpConnection connection = server.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      }
    }
  }

  private static void serve(TcpConnection connection) {
    connection.closeNow();
  }

  static void udp(IoClient client, byte[] announcement) throws IOException {
    try (UdpSocket socket = client.bind("", 0)) {
      socket.join("239.192.152.143");
      socket.send("239.192.152.143", 6771, ByteBuffer.wrap(announcement));
      Datagram answer = socket.receive(Duration.ofSeconds(3));
      System.out.println(answer.sender());
    }
  }

  static void states(IoClient client) throws IOException {
    StateChange change = client.stateChange();
    while (change.state() != ClientState.CLOSED) {
      change = change.next(Duration.ZERO);
      System.out.println(change);
    }
  }

  static IoClient otherLibrary(FrameLink.Connector connector, String token) throws IOException {
    IoClient client = IoClient.over(connector, token, ClientOptions.DEFAULT);
    return client;
  }
}
