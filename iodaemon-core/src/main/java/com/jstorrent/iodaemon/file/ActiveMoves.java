package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The moves to another file system that are in progress. A file that is being moved must not be
 * changed or renamed, because it is deleted when its copy is complete. Paths are real paths.
 * Thread-safe.
 */
final class ActiveMoves {
  private final List<Move> moves = new CopyOnWriteArrayList<>();

  /** A move in progress, until it is closed. */
  final class Move implements AutoCloseable {
    private final Path source;
    private final Path target;

    private Move(Path source, Path target) {
      this.source = source;
      this.target = target;
    }

    /**
     * Requires that a folder which was opened before the move began still has its path.
     *
     * @throws OperationFailure EBUSY when it has not
     */
    void requireSameFolder(HeldFolder folder) throws IOException, OperationFailure {
      Object named =
          Files.readAttributes(
              folder.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey();
      if (!Objects.equals(named, folder.attributes(".").fileKey())) {
        throw new OperationFailure(
            FailureCode.EBUSY, "A folder in the path is being renamed; try again in a moment.");
      }
    }

    @Override
    public void close() {
      moves.remove(this);
    }
  }

  /** Registers a move. From here on no change of the source can begin; those in progress go on. */
  Move begin(Path source, Path target) {
    Move move = new Move(source, target);
    moves.add(move);
    return move;
  }

  /**
   * Must be called before a file is changed or something is added to a folder.
   *
   * @throws OperationFailure EBUSY when the path is being moved
   */
  void requireNotMoving(Path real) throws OperationFailure {
    for (Move move : moves) {
      if (real.startsWith(move.source)) {
        throw busy();
      }
    }
  }

  /**
   * Must be called before a file or folder is deleted, replaced or renamed.
   *
   * @throws OperationFailure EBUSY when the path, or something in it, is being moved
   */
  void requireNoMoveWithin(Path real) throws OperationFailure {
    requireNotMoving(real);
    for (Move move : moves) {
      if (move.source.startsWith(real) || move.target.startsWith(real)) {
        throw busy();
      }
    }
  }

  private static OperationFailure busy() {
    return new OperationFailure(
        FailureCode.EBUSY,
        "This is being moved to another disk; it can be changed when that has ended.");
  }
}
