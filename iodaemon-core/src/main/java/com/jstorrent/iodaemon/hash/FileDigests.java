package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.OpenFile;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import com.jstorrent.iodaemon.transport.BufferPool;
import com.jstorrent.iodaemon.work.WorkerPool.Pending;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import com.jstorrent.iodaemon.work.WorkerPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Computes digests of files on the threads of the file pool that read them, because the bytes are
 * then in that processor's cache. Thread-safe; methods block.
 *
 * <p>Work is cut into turns of about 8 MiB: one job of the pool each, after which other requests
 * get their turn. A single digest runs one turn after the other. Pieces of a torrent are
 * independent, so their turns run in parallel, one more at once than there are processors, for all
 * clients together; that leaves threads of the pool free for reads. Each request queues turns up to
 * four per processor ahead of the answer: the answer has to be in order, and without that a
 * processor would be idle while the answer waits for a slow turn.
 */
public final class FileDigests {
  private static final int READ_BYTES = 128 << 10;

  /**
   * Threads of the file pool that are kept free for other requests, however many processors there
   * are.
   */
  private static final int SPARE_THREADS = 1;

  /** The size of a turn, in bytes. */
  private static final long TURN_BYTES = 8L << 20;
  private static final int TURN_PIECES = 1024; // a piece may have one byte

  /** Turns in progress per processor and request, so that a slow turn leaves no processor idle. */
  private static final int TURNS_AHEAD = 4;

  private final FileService files;
  private final Stats stats;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final int ahead = TURNS_AHEAD * processors;
  private final BufferPool buffers = new BufferPool(READ_BYTES, FileService.THREADS);

  /**
   * Permits for turns of pieces, for all clients; one more than processors, so that the next is
   * ready.
   */
  private final Semaphore pieces =
      new Semaphore(Math.min(processors + 1, FileService.THREADS - SPARE_THREADS), true);

  FileDigests(FileService files, Stats stats) {
    this.files = files;
    this.stats = stats;
  }

  /**
   * Computes one digest over all the ranges, in order.
   *
   * @throws OperationFailure ERANGE when a range ends beyond its file, and as opening and reading
   *     do
   */
  public byte[] digest(HashAlgorithm algorithm, List<FileRange> ranges) throws OperationFailure {
    MessageDigest digest = algorithm.newDigest();
    for (FileRange range : ranges) {
      try (OpenFile file = files.openForReading(range.file())) {
        long length = range.length() < 0 ? file.size() - range.offset() : range.length();
        if (length < 0 || range.offset() + length > file.size()) {
          throw beyondTheEnd(file.size());
        }
        for (long done = 0; done < length; done += TURN_BYTES) {
          long from = range.offset() + done;
          long part = Math.min(TURN_BYTES, length - done);
          if (!files.pool().call(Priority.BULK, () -> update(digest, file, from, part))) {
            throw beyondTheEnd(file.size());
          }
        }
      }
    }
    return digest.digest();
  }

  private static OperationFailure beyondTheEnd(long size) {
    return new OperationFailure(
        FailureCode.ERANGE, "A range ends beyond its file, which has %d bytes.".formatted(size));
  }

  /** Returns false when the file is too short. */
  private boolean update(MessageDigest digest, OpenFile file, long offset, long length)
      throws OperationFailure {
    ByteBuffer buffer = buffers.take();
    try {
      for (long done = 0; done < length;) {
        buffer.clear().limit((int) Math.min(READ_BYTES, length - done));
        int count = file.readNow(buffer, offset + done);
        digest.update(buffer.flip());
        done += count;
        if (count == 0) {
          return false;
        }
      }
      stats.add(Counter.HASHED_BYTES, length);
      return true;
    } finally {
      buffers.give(buffer);
    }
  }

  /** Receives the digests of pieces, in order. */
  public interface Sink {
    /**
     * @param digest null when bytes of the piece are missing
     * @param pause whether the next digest may take a while, so that a partial answer should be
     *     sent now
     * @throws IOException when the receiver is gone; no further turn is begun then
     */
    void accept(byte @Nullable [] digest, boolean pause) throws IOException;
  }

  /**
   * Computes the digest of each piece, on all processors.
   *
   * @param merkle whether a digest is the root of a Merkle tree over blocks (BEP 52)
   * @throws OperationFailure EBUSY when the pool's queue is full
   * @throws IOException from the sink
   */
  public void pieces(HashAlgorithm algorithm, boolean merkle, Iterator<Piece> all, Sink sink)
      throws OperationFailure, IOException {
    Deque<Pending<List<byte @Nullable []>>> running = new ArrayDeque<>();
    while (all.hasNext() || !running.isEmpty()) {
      Pending<List<byte @Nullable []>> oldest = running.peekFirst();
      boolean room = all.hasNext() && running.size() < ahead;
      if (room && (oldest == null || !oldest.isDone())) {
        running.addLast(begin(algorithm, merkle, turn(all)));
      } else {
        List<byte @Nullable []> digests = running.removeFirst().await();
        Pending<List<byte @Nullable []>> next = running.peekFirst();
        for (int i = 0; i < digests.size(); i++) {
          boolean pause = i == digests.size() - 1 && (next == null || !next.isDone());
          sink.accept(digests.get(i), pause);
        }
      }
    }
  }

  /**
   * Combines small pieces into a turn: handing over a job takes as long as hashing a few hundred
   * KiB.
   */
  private static List<Piece> turn(Iterator<Piece> all) {
    List<Piece> turn = new ArrayList<>();
    for (long bytes = 0; all.hasNext() && bytes < TURN_BYTES && turn.size() < TURN_PIECES;) {
      Piece piece = all.next();
      turn.add(piece);
      bytes += piece.ranges().stream().mapToLong(FileRange::length).sum();
    }
    return turn;
  }

  private Pending<List<byte @Nullable []>> begin(
      HashAlgorithm algorithm, boolean merkle, List<Piece> turn) throws OperationFailure {
    pieces.acquireUninterruptibly();
    boolean begun = false;
    try {
      Pending<List<byte @Nullable []>> pending =
          files
              .pool()
              .begin(
                  Priority.BULK,
                  () -> {
                    try {
                      List<byte @Nullable []> digests = new ArrayList<>(turn.size());
                      for (Piece piece : turn) {
                        digests.add(merkle ? root(algorithm, piece) : plain(algorithm, piece));
                      }
                      return digests;
                    } finally {
                      pieces.release();
                    }
                  });
      begun = true;
      return pending;
    } finally {
      if (!begun) {
        pieces.release();
      }
    }
  }

  /** Processes a part of a piece; returns false when bytes are missing. */
  private interface Part {
    boolean read(OpenFile file, FileRange range) throws OperationFailure;
  }

  private byte @Nullable [] plain(HashAlgorithm algorithm, Piece piece) {
    MessageDigest digest = algorithm.newDigest();
    boolean whole =
        eachOf(
            piece, (file, range) -> update(digest, file, range.offset(), range.length()));
    return whole ? digest.digest() : null;
  }

  private byte @Nullable [] root(HashAlgorithm algorithm, Piece piece) {
    MerkleTree tree = new MerkleTree(algorithm);
    MessageDigest digest = algorithm.newDigest();
    boolean whole =
        eachOf(
            piece,
            (file, range) -> {
              for (long done = 0; done < range.length(); done += MerkleTree.BLOCK_BYTES) {
                long block = Math.min(MerkleTree.BLOCK_BYTES, range.length() - done);
                if (!update(digest, file, range.offset() + done, block)) {
                  return false;
                }
                tree.add(digest.digest());
              }
              return true;
            });
    return whole ? tree.root(piece.leaves()) : null;
  }

  /** Processes all parts; returns false when bytes are missing, for whatever reason. */
  private boolean eachOf(Piece piece, Part part) {
    for (FileRange range : piece.ranges()) {
      try (OpenFile file = files.openNow(range.file())) {
        if (range.offset() + range.length() > file.size() || !part.read(file, range)) {
          return false;
        }
      } catch (OperationFailure e) {
        return false;
      }
    }
    return true;
  }
}
