package com.jstorrent.iodaemon.hash;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.file.DownloadRoots;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HashServiceTest {
  /** FIPS 180-2, appendices A.1 and B.1. */
  private static final String SHA1_ABC = "a9993e364706816aba3e25717850c26c9cd0d89d";

  private static final String SHA256_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private final Stats stats = new Stats();
  private final FileService files = new FileService(new DownloadRoots(List.of()), 0, stats);
  private final HashService hashes = new HashService(files, stats);

  @AfterEach
  void stop() {
    hashes.close();
    files.close();
  }

  @Test
  void partsGiveTheDigestOfTheWhole() throws Exception {
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      HashService.Running running = hashes.start(algorithm);
      running.update(List.of(ByteBuffer.wrap("xab".getBytes(US_ASCII), 1, 2)));
      running.update(List.of(ByteBuffer.wrap("c".getBytes(US_ASCII))));
      String expected = algorithm == HashAlgorithm.SHA1 ? SHA1_ABC : SHA256_ABC;
      assertThat(HexFormat.of().formatHex(running.finish())).isEqualTo(expected);
    }
    assertThat(stats.get(Counter.HASHED_BYTES)).isEqualTo(6);
  }

  @Test
  void digestsAreComparedIgnoringCase() throws Exception {
    List<ByteBuffer> abc =
        List.of(ByteBuffer.wrap("a".getBytes(US_ASCII)), ByteBuffer.wrap("bc".getBytes(US_ASCII)));
    hashes.verify(Expected.parse(HashAlgorithm.SHA1, SHA1_ABC.toUpperCase(Locale.ROOT)), abc);
    hashes.verify(Expected.parse(HashAlgorithm.SHA256, SHA256_ABC), abc);
  }

  @Test
  void mismatchesAndMalformedDigestsHaveDifferentErrors() throws Exception {
    Expected expected = Expected.parse(HashAlgorithm.SHA1, SHA1_ABC);
    assertThatThrownBy(
        () -> hashes.verify(expected, List.of(ByteBuffer.wrap("ab".getBytes(US_ASCII)))))
        .hasMessage(
            "Hash mismatch: expected a9993e364706816aba3e25717850c26c9cd0d89d,"
                + " got da23614e02469a0d7c7bd1bdab5c9c474b1904dc.");
    for (String malformed : new String[] {"", "abc", SHA256_ABC, "g" + SHA1_ABC.substring(1)}) {
      assertThatThrownBy(() -> Expected.parse(HashAlgorithm.SHA1, malformed))
          .hasMessage("The expected sha1 must be 40 hexadecimal digits.");
    }
  }
}
