package com.jstorrent.iodaemon.http.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Strict decoder of the chunked coding (RFC 9112 § 7.1): a size consists of hexadecimal digits only,
 * lines are {@link StrictLine}s, and trailer fields are limited in number and discarded.
 */
final class ChunkedInput extends InputStream {
  private static final int MAX_SIZE_DIGITS = 15;
  private static final int MAX_LINE = 1 << 10;
  private static final int MAX_TRAILER_LINES = 20;

  private final InputBuffer buffer;
  private long left; // bytes of the current chunk
  private boolean started;
  private boolean ended;

  ChunkedInput(InputBuffer buffer) {
    this.buffer = buffer;
  }

  @Override
  public int read() throws IOException {
    return SingleByte.from(this);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended) {
      return -1;
    }
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      nextChunk();
      if (ended) {
        return -1;
      }
    }
    int count = buffer.read(into, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("The body ended in the middle of a chunk.");
    }
    left -= count;
    return count;
  }

  private void nextChunk() throws IOException {
    if (started && !line().isEmpty()) {
      throw new MalformedChunkException("A chunk does not end with its line.");
    }
    started = true;
    left = size(line().toString());
    if (left == 0) {
      ended = true;
      readTrailer();
    }
  }

  private void readTrailer() throws IOException {
    StrictLine field = line();
    for (int count = 0; !field.isEmpty(); count++) {
      if (count == MAX_TRAILER_LINES) {
        throw new MalformedChunkException("The trailer is too long.");
      }
      try {
        StrictLineParser.parseField(field);
      } catch (MalformedRequestException e) {
        throw new MalformedChunkException("The trailer is malformed.");
      }
      field = line();
    }
  }

  private static long size(String line) throws MalformedChunkException {
    int extension = line.indexOf(';');
    String digits = extension < 0 ? line : line.substring(0, extension);
    boolean hex =
        !digits.isEmpty()
            && digits.length() <= MAX_SIZE_DIGITS
            && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
    if (!hex) {
      throw new MalformedChunkException("The size of a chunk is malformed.");
    }
    return Long.parseLong(digits, 16);
  }

  private StrictLine line() throws IOException {
    StrictLine line = StrictLine.read(buffer, MAX_LINE);
    if (line == null) {
      throw new EOFException("The body ended between two chunks.");
    }
    return line;
  }
}
