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
 * What is being copied to another file system to be deleted then: until that is done it must not be
 * changed, nor get another name. Paths are without links. Thread-safe.
 */
final class MovesUnderWay {
  private final List<Move> moves = new CopyOnWriteArrayList<>();

  /** From here to there, until it is closed. */
  final class Move implements AutoCloseable {
    private final Path source;
    private final Path target;

    private Move(Path source, Path target) {
      this.source = source;
      this.target = target;
    }

    /**
     * Whether a folder that was opened before the move had begun has its name still.
     *
     * @throws OperationFailure EBUSY when it has not
     */
    void require(HeldFolder folder) throws IOException, OperationFailure {
      Object named =
          Files.readAttributes(
              folder.place(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
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

  /** Nothing at the source can be changed from here on, but what is being changed already. */
  Move begin(Path source, Path target) {
    Move move = new Move(source, target);
    moves.add(move);
    return move;
  }

  /**
   * Before a file is changed, or something is put into a folder.
   *
   * @throws OperationFailure EBUSY when it is being moved
   */
  void requireStill(Path real) throws OperationFailure {
    for (Move move : moves) {
      if (real.startsWith(move.source)) {
        throw busy();
      }
    }
  }

  /**
   * Before a file or folder is deleted, replaced or renamed.
   *
   * @throws OperationFailure EBUSY when it, or something in it, is being moved
   */
  void requireFree(Path real) throws OperationFailure {
    requireStill(real);
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
