package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A part of a file as the body of an answer. Its beginning is read before the head is sent, so that a
 * disk that fails can still be answered with a status.
 */
final class FileSource implements Reply.Source {
  private static final int FIRST_BYTES = 32 << 10;

  private final OpenFile file;
  private final ByteBuffer first;
  private final long rest;
  private final long end;

  private FileSource(OpenFile file, ByteBuffer first, long rest, long end) {
    this.file = file;
    this.first = first;
    this.rest = rest;
    this.end = end;
  }

  /**
   * Takes over the file.
   *
   * @throws OperationFailure when the beginning cannot be read; the file is still the caller's
   */
  static FileSource open(OpenFile file, long offset, long length) throws OperationFailure {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(length, FIRST_BYTES));
    if (length > 0) {
      file.read(first, offset);
    }
    first.flip();
    return new FileSource(file, first, offset + first.remaining(), offset + length);
  }

  @Override
  public void writeTo(Reply.Sink out) throws IOException {
    if (first.hasRemaining()) {
      FilePart.write(first, out);
    }
    try {
      FilePart.send(file, rest, end, out);
    } catch (OperationFailure e) {
      throw new IOException(e.getMessage()); // the status has been sent: all that is left is to end
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
