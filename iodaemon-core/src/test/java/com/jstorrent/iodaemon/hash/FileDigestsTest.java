package com.jstorrent.iodaemon.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.file.DownloadRoots;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class FileDigestsTest {
  private static final int PIECES = 1_000_000;

  @AutoClose
  private final FileService files = new FileService(new DownloadRoots(List.of()), 0, new Stats());

  @AutoClose
  private final HashService hashes = new HashService(files, new Stats());

  /** A request may ask for millions of pieces of one byte each. */
  @Test
  void onlySomePiecesAreHeldAtOnceHoweverSmallTheyAre() {
    AtomicInteger taken = new AtomicInteger();
    Iterator<Piece> pieces =
        Stream.generate(() -> new Piece(List.of(), 0))
            .limit(PIECES)
            .peek(piece -> taken.incrementAndGet())
            .iterator();
    assertThatThrownBy(
        () -> hashes.files().pieces(HashAlgorithm.SHA1, false, pieces, (digest, pause) -> {
          throw new IOException("The receiver is gone.");
        })).isInstanceOf(IOException.class);
    assertThat(taken.get()).isPositive().isLessThan(PIECES / 10);
  }
}
