package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandle;
import com.jstorrent.iodaemon.file.OpenFile;
import com.jstorrent.iodaemon.stream.StreamService;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A part of a file that is streamed while it is downloaded: before each MiB it waits until the session
 * that opened the file reports the range as complete (PROTOCOL.md § 5.5). Holds no buffer while it
 * waits. Used by one thread.
 */
final class StreamSource implements Reply.Source {
  private final StreamService streams;
  private final AnswerBuffers buffers;
  private final FileHandle handle;
  private final OpenFile file;
  private final Call call;
  private final long end;
  private long position;
  private long granted; // the end, exclusive, of the bytes that may be read

  /**
   * @param part the bytes to stream
   */
  StreamSource(
      StreamService streams,
      AnswerBuffers buffers,
      FileHandle handle,
      OpenFile file,
      Call call,
      ByteRange.Part part) {
    this.streams = streams;
    this.buffers = buffers;
    this.handle = handle;
    this.file = file;
    this.call = call;
    this.position = part.start();
    this.granted = part.start();
    this.end = part.end();
  }

  /**
   * Blocks until the next MiB may be read.
   *
   * @throws OperationFailure when the session refuses the range, or ends, or the handle is closed
   * @throws IOException when the player has closed the connection
   */
  void awaitNext() throws OperationFailure, IOException {
    if (position < granted || position > end) {
      return;
    }
    long last = Math.min(end, position + Limits.RANGE_BYTES - 1);
    @Nullable
    String session = handle.session();
    boolean there =
        session == null
            || streams.awaitRange(
                session, handle.id(), position, last, () -> handle.isClosed() || call.clientGone());
    if (handle.isClosed()) {
      throw new OperationFailure(
          FailureCode.ENOENT, "The file handle was closed while it was streamed.");
    }
    if (!there) {
      throw new EOFException("The player has gone.");
    }
    granted = last + 1;
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    try {
      while (position <= end) {
        awaitNext();
        writeGranted(out);
      }
    } catch (OperationFailure e) {
      throw new IOException(e.getMessage()); // too late for an error status
    }
  }

  private void writeGranted(WritableByteChannel out) throws OperationFailure, IOException {
    while (position < granted) {
      try (AnswerPiece piece = buffers.take(granted - position)) {
        long length = Math.min(granted - position, piece.capacity());
        if (piece.fill(file, position, length) < length) {
          throw new EOFException("The file has become shorter while it was streamed.");
        }
        piece.writeTo(out);
        position += length;
      }
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
