package com.jstorrent.iodaemon.launcher.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Assembles the pieces of one socket, which requests every nth piece in order. */
final class PieceAssembler {
  private final int step;
  private int wanted;
  private ByteBuffer piece = ByteBuffer.allocate(PieceData.PIECE_BYTES);

  PieceAssembler(int first, int step) {
    this.wanted = first;
    this.step = step;
  }

  int wanted() {
    return wanted;
  }

  /**
   * Adds bytes of the wanted piece.
   *
   * @return the piece if it is complete, otherwise null
   * @throws IOException when it is not the data that the peer should have served
   */
  byte @Nullable [] take(ByteBuffer data) throws IOException {
    int count = Math.min(data.remaining(), piece.remaining());
    piece.put(data.slice(data.position(), count));
    data.position(data.position() + count);
    if (piece.hasRemaining()) {
      return null;
    }
    if (!Arrays.equals(piece.array(), PieceData.of(wanted))) {
      throw new IOException("Piece " + wanted + " differs from what the peer served.");
    }
    return piece.array();
  }

  void next() {
    wanted += step;
    piece = ByteBuffer.allocate(PieceData.PIECE_BYTES);
  }
}
