package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/** A piece of a file on its way to a client. Used by one thread, which closes it. */
final class AnswerPiece implements AutoCloseable {
  private final AnswerBuffers owner;
  private List<ByteBuffer> buffers;

  /**
   * @param owner takes the buffers back
   */
  AnswerPiece(AnswerBuffers owner, List<ByteBuffer> buffers) {
    this.owner = owner;
    this.buffers = buffers;
  }

  /**
   * Reads from a file, as much as fits.
   *
   * @param length the most bytes to be read
   * @return how many were read: fewer at the end of the file only
   * @throws OperationFailure when the disk fails
   */
  long fill(OpenFile file, long position, long length) throws OperationFailure {
    long left = length;
    for (ByteBuffer each : buffers) {
      each.clear().limit((int) Math.min(each.capacity(), left));
      left -= each.limit();
    }
    long count = file.read(buffers, position);
    buffers.forEach(ByteBuffer::flip);
    return count;
  }

  /** How many bytes fit. */
  long capacity() {
    return buffers.stream().mapToLong(ByteBuffer::capacity).sum();
  }

  /** Writes what was read. */
  void writeTo(WritableByteChannel out) throws IOException {
    for (ByteBuffer each : buffers) {
      while (each.hasRemaining()) {
        out.write(each);
      }
    }
  }

  @Override
  public void close() {
    List<ByteBuffer> used = buffers;
    buffers = List.of(); // closing it again does nothing
    owner.give(used);
  }
}
