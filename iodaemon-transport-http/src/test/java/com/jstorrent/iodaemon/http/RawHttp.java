package com.jstorrent.iodaemon.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A client that sends what it is told to, byte by byte. */
final class RawHttp implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  /** What came back; names of headers in lower case. */
  record Answer(int status, Map<String, String> headers, String body) {}

  RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(60_000);
    in = socket.getInputStream();
  }

  /** {@code \n} stands for CR LF; other control characters go as they are. */
  RawHttp send(String text) throws IOException {
    return sendExactly(text.replace("\n", "\r\n"));
  }

  RawHttp sendExactly(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** The next answer; {@code withBody} is false for what answers HEAD. */
  Answer answer(boolean withBody) throws IOException {
    String status = line();
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line; !(line = line()).isEmpty();) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    int length = withBody ? Integer.parseInt(headers.getOrDefault("content-length", "0")) : 0;
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Answer(Integer.parseInt(status.split(" ")[1]), headers, body);
  }

  Answer answer() throws IOException {
    return answer(true);
  }

  /** The next line, for bodies of lines and of chunks. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c; (c = in.read()) != '\n';) {
      if (c < 0) {
        throw new IOException("The connection has ended.");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  byte[] read(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** All that comes until the daemon has ended its side. */
  String everything() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Nothing more will be sent; answers can still be read. */
  void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** From here on closing resets the connection, whatever is under way. */
  void resetWhenClosed() throws IOException {
    socket.setSoLinger(true, 0);
  }

  /** Whether something has come that was not read yet. */
  boolean hasInput() throws IOException {
    return in.available() > 0;
  }

  /** Whether the daemon has ended its side. */
  boolean ended() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
