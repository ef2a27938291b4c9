package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.OpenFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A part of a file as the body of an answer. The first piece is read before the head is sent, so that
 * a failing disk still leads to an error status. Used by one thread.
 */
final class FileSource implements Reply.Source {
  private final OpenFile file;
  private final long end;
  private final AnswerBuffers buffers;
  private final ByteBuffer piece;
  private long position;

  private FileSource(
      OpenFile file, long offset, long length, AnswerBuffers buffers, ByteBuffer piece) {
    this.buffers = buffers;
    this.file = file;
    this.position = offset;
    this.end = offset + length;
    this.piece = piece;
  }

  /**
   * Reads the first piece; from then on the source closes the file.
   *
   * @throws OperationFailure when the first piece cannot be read; then the caller closes the file
   */
  static FileSource open(OpenFile file, long offset, long length, AnswerBuffers buffers)
      throws OperationFailure {
    ByteBuffer piece = buffers.take(length);
    boolean filled = false;
    try {
      FileSource source = new FileSource(file, offset, length, buffers, piece);
      source.fill();
      filled = true;
      return source;
    } finally {
      if (!filled) {
        buffers.give(piece);
      }
    }
  }

  private void fill() throws OperationFailure {
    piece.clear().limit((int) Math.min(end - position, piece.capacity()));
    file.read(piece, position);
    piece.flip();
    position += piece.remaining();
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    while (true) {
      while (piece.hasRemaining()) {
        out.write(piece);
      }
      if (position == end) {
        return;
      }
      try {
        fill();
      } catch (OperationFailure e) {
        throw new IOException(e.getMessage());
      }
      if (!piece.hasRemaining()) {
        throw new EOFException("The file has become shorter while it was read.");
      }
    }
  }

  @Override
  public void close() {
    buffers.give(piece);
    file.close();
  }
}
