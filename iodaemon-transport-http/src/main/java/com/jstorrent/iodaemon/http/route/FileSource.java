package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A part of a file as the body of an answer. The first piece is read before the head is sent, so that
 * a failing disk still leads to an error status. Used by one thread.
 */
final class FileSource implements Reply.Source {
  private final OpenFile file;
  private final long end;
  private final AnswerBuffers buffers;
  private AnswerPiece piece;
  private long position; // of the byte after the piece

  private FileSource(OpenFile file, long offset, long length, AnswerBuffers buffers) {
    this.buffers = buffers;
    this.file = file;
    this.position = offset;
    this.end = offset + length;
    this.piece = buffers.take(length);
  }

  /**
   * Reads the first piece; from then on the source closes the file.
   *
   * @throws OperationFailure when the first piece cannot be read; then the caller closes the file
   */
  static FileSource open(OpenFile file, long offset, long length, AnswerBuffers buffers)
      throws OperationFailure {
    FileSource source = new FileSource(file, offset, length, buffers);
    boolean filled = false;
    try {
      source.fill();
      filled = true;
      return source;
    } finally {
      if (!filled) {
        source.piece.close();
      }
    }
  }

  /** Returns how many bytes were read. */
  private long fill() throws OperationFailure {
    long count = piece.fill(file, position, end - position);
    position += count;
    return count;
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    piece.writeTo(out);
    while (position < end) {
      piece.close(); // the next one may be smaller, if others need memory
      piece = buffers.take(end - position);
      try {
        if (fill() == 0) {
          throw new EOFException("The file has become shorter while it was read.");
        }
      } catch (OperationFailure e) {
        throw new IOException(e.getMessage());
      }
      piece.writeTo(out);
    }
  }

  @Override
  public void close() {
    piece.close();
    file.close();
  }
}
