package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Sends a part of a file: straight from the file to the socket, as long as that takes it at once. When
 * it does not, some bytes go through a buffer, since writing those can wait.
 */
final class FilePart {
  private static final int BUFFER_BYTES = 64 << 10;

  private FilePart() {}

  /**
   * @param end exclusive
   * @throws IOException when the client has gone, or the file has become shorter
   * @throws OperationFailure when the disk fails
   */
  static void send(OpenFile file, long start, long end, Reply.Sink out)
      throws OperationFailure, IOException {
    ByteBuffer buffer = null;
    for (long position = start; position < end;) {
      long sent = out.take(file, position, end - position);
      if (sent == 0) {
        buffer = buffer == null ? ByteBuffer.allocate(BUFFER_BYTES) : buffer;
        buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - position));
        file.read(buffer, position);
        sent = write(buffer.flip(), out);
      }
      position += sent;
    }
  }

  /** Writes all that the buffer has, and returns how many bytes that were. */
  static int write(ByteBuffer buffer, Reply.Sink out) throws IOException {
    int count = buffer.remaining();
    if (count == 0) {
      throw new EOFException("The file has become shorter while it was read.");
    }
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
    return count;
  }
}
