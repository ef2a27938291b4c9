package com.jstorrent.iodaemon.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Parses the first message of a TLS client (RFC 8446 § 4.1.2). */
public final class ClientHello {
  private static final int RECORD_HEADER = 5;
  private static final int BEHIND_SESSION = 4 + 2 + 32; // header of the message, version, random
  private static final int SERVER_NAME = 0; // RFC 6066 § 3

  private ClientHello() {}

  /** Reads one, and returns the host name in its SNI extension; null when there is none. */
  public static @Nullable String readServerName(DataInputStream in) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(in.readNBytes(RECORD_HEADER));
    ByteBuffer hello = ByteBuffer.wrap(in.readNBytes(header.getShort(3)));
    hello.position(BEHIND_SESSION);
    skip(hello, Byte.toUnsignedInt(hello.get())); // session id
    skip(hello, hello.getShort()); // cipher suites
    skip(hello, Byte.toUnsignedInt(hello.get())); // compression
    hello.getShort(); // length of all extensions
    while (hello.hasRemaining()) {
      int type = hello.getShort();
      int length = hello.getShort();
      if (type == SERVER_NAME) {
        skip(hello, 3); // length of the list, type of the name
        byte[] name = new byte[hello.getShort()];
        hello.get(name);
        return new String(name, StandardCharsets.US_ASCII);
      }
      skip(hello, length);
    }
    return null;
  }

  private static void skip(ByteBuffer buffer, int count) {
    buffer.position(buffer.position() + count);
  }
}
