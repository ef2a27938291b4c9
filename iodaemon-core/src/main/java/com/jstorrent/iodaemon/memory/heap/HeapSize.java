package com.jstorrent.iodaemon.memory.heap;

/** What objects take on the heap, in bytes, with compressed references and an alignment of 8 bytes. */
public final class HeapSize {
  private static final int ALIGNMENT = 8;
  private static final int LATIN_1 = 0xFF;

  /** A {@code String} and the header of its array. */
  private static final long TEXT_BYTES = 24 + 16;

  private HeapSize() {}

  /** The size of a text: one byte per character, or two if any of them is not in Latin-1. */
  public static long of(String text) {
    boolean wide = false;
    for (int i = 0; i < text.length() && !wide; i++) {
      wide = text.charAt(i) > LATIN_1;
    }
    long characters = wide ? 2L * text.length() : text.length();
    return TEXT_BYTES + (characters + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
