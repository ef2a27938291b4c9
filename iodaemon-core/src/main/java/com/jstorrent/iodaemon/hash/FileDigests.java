package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.OpenFile;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.Stats;
import com.jstorrent.iodaemon.work.WorkerPool;
import com.jstorrent.iodaemon.work.WorkerPool.Pending;
import com.jstorrent.iodaemon.work.WorkerPool.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Digests of what is on the disk, computed by the threads that read it: a byte that has just been read
 * is in the cache of that processor. Any thread may call it, and waits.
 */
public final class FileDigests {
  private static final int READ_BYTES = 128 << 10;

  /** Threads of the file pool that are left to others, however many processors there are. */
  private static final int SPARE_THREADS = 1;

  /** After about so much the thread is free for somebody else's job. */
  private static final long TURN_BYTES = 8L << 20;

  /** For each processor: a turn that is slower than those behind it must not leave one idle. */
  private static final int TURNS_AHEAD = 4;

  private final FileService files;
  private final Stats stats;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final int ahead = TURNS_AHEAD * processors;
  private final Deque<ByteBuffer> buffers = new ConcurrentLinkedDeque<>();

  /** Turns of pieces that are hashed at once for all clients; the one beyond a processor's is next in turn. */
  private final Semaphore pieces =
      new Semaphore(Math.min(processors + 1, FileService.THREADS - SPARE_THREADS), true);

  FileDigests(FileService files, Stats stats) {
    this.files = files;
    this.stats = stats;
  }

  /**
   * One digest over all the ranges, in their order.
   *
   * @throws OperationFailure ERANGE when one ends behind its file, and what opening and reading throw
   */
  public byte[] digest(HashAlgorithm algorithm, List<FileRange> ranges) throws OperationFailure {
    MessageDigest digest = algorithm.newDigest();
    for (FileRange range : ranges) {
      try (OpenFile file = files.openForReading(range.file())) {
        long length = range.length() < 0 ? file.size() - range.offset() : range.length();
        if (length < 0 || range.offset() + length > file.size()) {
          throw behindTheEnd(file.size());
        }
        for (long done = 0; done < length; done += TURN_BYTES) {
          long from = range.offset() + done;
          long part = Math.min(TURN_BYTES, length - done);
          if (!files.pool().call(Priority.BULK, () -> update(digest, file, from, part))) {
            throw behindTheEnd(file.size());
          }
        }
      }
    }
    return digest.digest();
  }

  private static OperationFailure behindTheEnd(long size) {
    return new OperationFailure(
        FailureCode.ERANGE, "A range ends behind its file, which has %d bytes.".formatted(size));
  }

  /** Returns false when the file is too short. */
  private boolean update(MessageDigest digest, OpenFile file, long offset, long length)
      throws OperationFailure {
    ByteBuffer buffer = takeBuffer();
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
      buffers.push(buffer);
    }
  }

  private ByteBuffer takeBuffer() {
    ByteBuffer kept = buffers.poll();
    return kept != null ? kept : ByteBuffer.allocateDirect(READ_BYTES);
  }

  /** Takes the digests of pieces, in order. */
  public interface Sink {
    /**
     * @param digest null when bytes of the piece are missing
     * @param pause whether the next one is likely to take a while: time to send what there is
     * @throws IOException when nobody wants any more; nothing more is begun then
     */
    void accept(byte @Nullable [] digest, boolean pause) throws IOException;
  }

  /**
   * The digest of each piece, computed on all processors.
   *
   * @param merkle whether a digest is the root of a tree over blocks (BEP 52), not one over all bytes
   * @throws OperationFailure EBUSY when too much is waiting
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

  /** Small pieces go together: handing one over takes as long as hashing a few hundred KiB. */
  private static List<Piece> turn(Iterator<Piece> all) {
    List<Piece> turn = new ArrayList<>();
    for (long bytes = 0; all.hasNext() && bytes < TURN_BYTES;) {
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

  /** What is done with the parts of a piece; it returns false when bytes are missing. */
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

  /** Returns false when bytes are missing, whatever the reason. */
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
