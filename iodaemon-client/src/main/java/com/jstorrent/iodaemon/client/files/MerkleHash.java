package com.jstorrent.iodaemon.client.files;

import org.jspecify.annotations.Nullable;

/** A hash of BitTorrent v2 (BEP 52), of a file in the list that was asked for. */
public sealed interface MerkleHash {
  /** The place of the file in the list, from 0. */
  int file();

  /** The hash; null when bytes are missing, or cannot be read. */
  @Nullable
  Digest digest();

  /**
   * A hash of the piece layer. A file of one piece has none.
   *
   * @param index of the piece in its file, from 0
   */
  record Layer(int file, long index, @Nullable Digest digest) implements MerkleHash {}

  /** The root of a file, which comes after its layer; null for an empty file as well. */
  record Root(int file, @Nullable Digest digest) implements MerkleHash {}
}
