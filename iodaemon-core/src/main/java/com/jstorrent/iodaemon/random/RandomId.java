package com.jstorrent.iodaemon.random;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Generates ids of 128 random bits. Thread-safe. */
public final class RandomId {
  private static final int BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RandomId() {}

  /** A new id of 32 hexadecimal digits. */
  public static String draw() {
    byte[] bits = new byte[BYTES];
    RANDOM.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }
}
