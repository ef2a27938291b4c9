package com.jstorrent.iodaemon.client.files;

import org.jspecify.annotations.Nullable;

/**
 * The digest of a piece.
 *
 * @param index of the piece, from 0
 * @param digest null when bytes of the piece are missing, or cannot be read
 */
public record PieceDigest(long index, @Nullable Digest digest) {
  /** Whether there is no digest. */
  public boolean isMissing() {
    return digest == null;
  }
}
