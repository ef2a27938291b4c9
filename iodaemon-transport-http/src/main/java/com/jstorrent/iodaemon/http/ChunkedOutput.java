package com.jstorrent.iodaemon.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** The chunked coding of RFC 9112 § 7.1, one chunk for each write. Used by one thread. */
final class ChunkedOutput implements WritableByteChannel {
  private static final String LINE_END = "\r\n";
  private static final String LAST_CHUNK = "0\r\n\r\n";

  private final WritableByteChannel out;

  ChunkedOutput(WritableByteChannel out) {
    this.out = out;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int length = from.remaining();
    if (length == 0) {
      return 0; // an empty chunk would be the last one
    }
    byte[] head = ascii(Integer.toHexString(length) + LINE_END);
    ByteBuffer chunk = ByteBuffer.allocate(head.length + length + LINE_END.length());
    writeAll(chunk.put(head).put(from).put(ascii(LINE_END)).flip());
    return length;
  }

  void finish() throws IOException {
    writeAll(ByteBuffer.wrap(ascii(LAST_CHUNK)));
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public boolean isOpen() {
    return out.isOpen();
  }

  @Override
  public void close() {
    // The connection stays open.
  }
}
