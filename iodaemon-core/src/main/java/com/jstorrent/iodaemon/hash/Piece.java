package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.file.LocatedFile;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A piece of a torrent: consecutive parts of files.
 *
 * @param leaves the number of leaves in its Merkle tree including padding; 0 for as many as the
 *     blocks need
 */
public record Piece(List<FileRange> ranges, long leaves) {

  /** A file of a torrent, with the length that it has when complete. */
  public record TorrentFile(LocatedFile file, long length) {}

  /** The pieces of version 1, which run across the boundaries of files. */
  public static Iterator<Piece> across(List<TorrentFile> files, int pieceLength) {
    return new Iterator<>() {
      private int file;
      private long offset;

      private boolean skipEmpty() {
        while (file < files.size() && offset == files.get(file).length()) {
          file++;
          offset = 0;
        }
        return file < files.size();
      }

      @Override
      public boolean hasNext() {
        return skipEmpty();
      }

      @Override
      public Piece next() {
        if (!skipEmpty()) {
          throw new NoSuchElementException();
        }
        List<FileRange> ranges = new ArrayList<>(1);
        for (long left = pieceLength; left > 0 && skipEmpty();) {
          TorrentFile now = files.get(file);
          long length = Math.min(left, now.length() - offset);
          ranges.add(new FileRange(now.file(), offset, length));
          offset += length;
          left -= length;
        }
        return new Piece(ranges, 0);
      }
    };
  }

  /** The pieces of one file in version 2, where each file begins with a new piece (BEP 52). */
  public static Iterator<Piece> of(TorrentFile file, int pieceLength) {
    long leaves = file.length() <= pieceLength ? 0 : pieceLength / MerkleTree.BLOCK_BYTES;
    return new Iterator<>() {
      private long offset;

      @Override
      public boolean hasNext() {
        return offset < file.length();
      }

      @Override
      public Piece next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        long length = Math.min(pieceLength, file.length() - offset);
        FileRange range = new FileRange(file.file(), offset, length);
        offset += length;
        return new Piece(List.of(range), leaves);
      }
    };
  }
}
