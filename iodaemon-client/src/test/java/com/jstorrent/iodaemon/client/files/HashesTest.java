package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.stats.Counter;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Digests that the daemon computes, compared with those of the JDK. */
class HashesTest {
  private static final int PIECE = 16 << 10;

  @TempDir
  Path folder;
  private ServedFolder served;
  private Hashes hashes;

  @BeforeEach
  void start() throws IOException {
    served = new ServedFolder(folder);
    hashes = served.files.hashes();
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static RootPath at(String path) {
    return RootPath.of("k", path);
  }

  private static byte[] sha256(byte[]... parts) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) {
      digest.update(part);
    }
    return digest.digest();
  }

  @ParameterizedTest
  @EnumSource
  void bytesAndFilesHaveTheirDigest(DigestAlgorithm algorithm) throws Exception {
    byte[] bytes = FilesClientTest.random(3 << 20);
    Files.write(folder.resolve("f"), bytes);
    String name = algorithm == DigestAlgorithm.SHA1 ? "SHA-1" : "SHA-256";
    Digest expected =
        new Digest(
            algorithm,
            HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(bytes)));
    assertThat(hashes.digest(algorithm, ByteBuffer.wrap(bytes))).isEqualTo(expected);
    assertThat(hashes.digest(algorithm, at("f"))).isEqualTo(expected);
    assertThat(expected.bytes()).hasSize(algorithm.length());
  }

  @Test
  void oneDigestSpansFiles() throws Exception {
    byte[] bytes = FilesClientTest.random(100);
    Files.write(folder.resolve("a"), Arrays.copyOfRange(bytes, 0, 60));
    Files.write(folder.resolve("b"), Arrays.copyOfRange(bytes, 60, 100));
    try (FileHandle b = served.files.open(at("b"), OpenMode.READ)) {
      Digest digest =
          hashes.digest(
              DigestAlgorithm.SHA256,
              List.of(
                  new FileRange(at("a"), ByteRange.from(20)),
                  new FileRange(b, ByteRange.of(0, 30))));
      assertThat(digest.bytes()).isEqualTo(sha256(Arrays.copyOfRange(bytes, 20, 90)));
    }
    FilesClientTest.assertRefused(
        () -> hashes.digest(
            DigestAlgorithm.SHA1, List.of(new FileRange(at("a"), ByteRange.of(50, 11)))),
        416,
        "ERANGE");
  }

  @Test
  void piecesGoAcrossFilesAndMissingOnesAreTold() throws Exception {
    byte[] bytes = FilesClientTest.random(5 * PIECE / 2);
    Files.write(folder.resolve("a"), Arrays.copyOfRange(bytes, 0, PIECE + 100));
    Files.write(folder.resolve("b"), Arrays.copyOfRange(bytes, PIECE + 100, bytes.length));
    List<SizedFile> torrent =
        List.of(
            new SizedFile(at("a"), PIECE + 100),
            new SizedFile(at("b"), bytes.length - PIECE - 100),
            new SizedFile(at("none"), PIECE));
    List<PieceDigest> pieces = new ArrayList<>();
    try (HashStream<PieceDigest> stream =
        hashes.pieces(DigestAlgorithm.SHA256, PIECE, torrent)) {
      stream.forEachRemaining(pieces::add);
      assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
    }
    assertThat(pieces).extracting(PieceDigest::index).containsExactly(0L, 1L, 2L, 3L);
    assertThat(pieces).extracting(PieceDigest::isMissing).containsExactly(false, false, true, true);
    assertThat(Objects.requireNonNull(pieces.get(1).digest()).bytes())
        .isEqualTo(sha256(Arrays.copyOfRange(bytes, PIECE, 2 * PIECE)));
  }

  @Test
  void noFilesHaveNoPieces() throws Exception {
    try (HashStream<PieceDigest> none = hashes.pieces(DigestAlgorithm.SHA1, 1, List.of())) {
      assertThat(none.hasNext()).isFalse();
    }
  }

  @Test
  void merkleHashesAreThoseOfBep52() throws Exception {
    byte[] bytes = FilesClientTest.random(3 * PIECE + 1);
    Files.write(folder.resolve("a"), bytes);
    Files.write(folder.resolve("small"), Arrays.copyOf(bytes, 10));
    Files.write(folder.resolve("empty"), new byte[0]);
    byte[][] leaf = new byte[4][];
    for (int i = 0; i < 4; i++) {
      leaf[i] =
          sha256(Arrays.copyOfRange(bytes, i * PIECE, Math.min(bytes.length, (i + 1) * PIECE)));
    }
    Digest first = Digest.sha256(sha256(leaf[0], leaf[1]));
    Digest second = Digest.sha256(sha256(leaf[2], leaf[3]));
    List<SizedFile> torrent =
        List.of(
            new SizedFile(at("a"), bytes.length),
            new SizedFile(at("small"), 10),
            new SizedFile(at("empty"), 0),
            new SizedFile(at("none"), 10));
    try (HashStream<MerkleHash> stream = hashes.merkle(2 * PIECE, torrent);
        Stream<MerkleHash> all = stream.stream()) {
      assertThat(all)
          .containsExactly(
              new MerkleHash.Layer(0, 0, first),
              new MerkleHash.Layer(0, 1, second),
              new MerkleHash.Root(0, Digest.sha256(sha256(first.bytes(), second.bytes()))),
              new MerkleHash.Root(1, Digest.sha256(sha256(Arrays.copyOf(bytes, 10)))),
              new MerkleHash.Root(2, null),
              new MerkleHash.Root(3, null));
    }
  }

  @Test
  void theHashesOfAHugeFileAreNotPreparedAllAtOnce() throws Exception {
    List<SizedFile> huge = List.of(new SizedFile(at("none"), 1L << 50));
    try (HashStream<MerkleHash> stream = hashes.merkle(PIECE, huge)) {
      for (int i = 0; i < 3; i++) {
        assertThat(stream.hasNext()).isTrue();
        assertThat(stream.next()).isEqualTo(new MerkleHash.Layer(0, i, null));
      }
    }
  }

  @Test
  void piecesComeAsTheyAreComputedAndClosingEndsTheWork() throws Exception {
    long length = 1L << 40; // zeros that take no room, and hours to hash
    try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("huge").toFile(), "rw")) {
      sparse.setLength(length);
    }
    HashStream<PieceDigest> stream =
        hashes.pieces(
            DigestAlgorithm.SHA1, 1 << 20, List.of(new SizedFile(at("huge"), length)));
    assertThat(stream.next().index()).isZero();
    assertThat(stream.next().index()).isEqualTo(1);
    assertThat(stream.hasNext()).isTrue();
    assertThat(served.counter(Counter.HTTP_CONNECTIONS)).isEqualTo(1);
    stream.close();
    TestDaemon.await(
        "the connection's end", () -> served.counter(Counter.HTTP_CONNECTIONS) == 0);
    assertThatThrownBy(() -> {
      while (true) {
        stream.next();
      }
    }).hasRootCauseMessage("The answer has been closed.");
  }

  @Test
  void piecesOfImpossibleLengthAreRefused() {
    for (int length : new int[] {0, -1, (256 << 20) + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> hashes.pieces(DigestAlgorithm.SHA1, length, List.of()));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> hashes.merkle(8 << 10, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> hashes.merkle(3 * PIECE, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Digest.sha1("00"));
  }
}
