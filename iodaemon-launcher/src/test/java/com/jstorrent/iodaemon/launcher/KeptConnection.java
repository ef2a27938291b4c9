package com.jstorrent.iodaemon.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A connection over which many requests are sent before their answers are read. */
final class KeptConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 120_000;

  private final Socket socket;
  private final DataInputStream in;

  KeptConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** A {@code POST}. */
  record Request(String target, String json) {
    private String text() {
      return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nX-JST-Auth: " + FileClient.TOKEN
          + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n"
          + json;
    }
  }

  /** An answer. */
  record Answer(int status, String body) {}

  /** Sends requests of ASCII, and returns the answers in their order. */
  List<Answer> send(List<Request> requests) throws IOException {
    StringBuilder all = new StringBuilder();
    requests.forEach(request -> all.append(request.text()));
    socket.getOutputStream().write(all.toString().getBytes(ISO_8859_1));
    List<Answer> answers = new ArrayList<>();
    while (answers.size() < requests.size()) {
      answers.add(answer());
    }
    return answers;
  }

  private Answer answer() throws IOException {
    int status = Integer.parseInt(line().substring(9, 12));
    int length = 0;
    for (String field = line(); !field.isEmpty(); field = line()) {
      if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(field.substring(field.indexOf(':') + 1).strip());
      }
    }
    return new Answer(status, new String(in.readNBytes(length), ISO_8859_1));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c; (c = in.readUnsignedByte()) != '\n';) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
