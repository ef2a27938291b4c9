package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Contract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code in docs/client-files.md compiles, works, and is the same as here. */
class DocumentedFilesTest {
  private static final Path DOCUMENT = Contract.REPOSITORY.resolve("docs/client-files.md");
  private static final Path SOURCE =
      Path.of("src/test/java", DocumentedFilesTest.class.getName().replace('.', '/') + ".java");

  private final byte[] bytes = FilesClientTest.random(1000);
  private final RootPath film = RootPath.of("downloads", "films/film.mp4");
  private final List<String> told = new ArrayList<>();

  @TempDir
  Path folder;
  private ServedFolder served;
  private FilesClient files;
  private byte[] sha1;

  @BeforeEach
  void start() throws Exception {
    served = new ServedFolder(folder);
    files = served.files;
    sha1 = sha1(bytes);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  private static byte[] sha1(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-1").digest(bytes);
  }

  private Path filmOnDisk() {
    return folder.resolve("films/film.mp4");
  }

  @Test
  void theDocumentShowsWhatIsTestedHere() throws IOException {
    List<String> source = stripped(Files.readAllLines(SOURCE));
    List<List<String>> shown = shown();
    assertThat(shown).hasSize(8);
    for (List<String> block : shown) {
      assertThat(source).containsSequence(block);
    }
  }

  private static List<List<String>> shown() throws IOException {
    List<List<String>> blocks = new ArrayList<>();
    List<String> document = Files.readAllLines(DOCUMENT);
    for (int line = 0; line < document.size(); line++) {
      if (document.get(line).equals("```java")) {
        int end = line + 1 + document.subList(line + 1, document.size()).indexOf("```");
        blocks.add(stripped(document.subList(line + 1, end)));
        line = end;
      }
    }
    return blocks;
  }

  private static List<String> stripped(List<String> lines) {
    return lines.stream().map(String::strip).toList();
  }

  @Test
  void aFileIsWritten() throws IOException {
    URI address = served.address();
    String token = ServedFolder.TOKEN;
    try (FilesClient files = FilesClient.at(address, token)) {
      RootPath film = RootPath.of("downloads", "films/film.mp4");
      files.write(film, 0, bytes, Digest.sha1(sha1));
    }
    assertThat(Files.readAllBytes(filmOnDisk())).isEqualTo(bytes);
  }

  @Test
  void aHandleIsUsed() throws IOException {
    long size = 5000;
    long offset = 3000;
    ByteBuffer piece = ByteBuffer.wrap(bytes);
    try (FileHandle handle = files.open(film, OpenMode.CREATE)) {
      files.preallocate(handle, size, Room.SPARSE);
      files.write(handle, offset, piece, Digest.sha1(sha1));
      files.flush(handle);
    }
    assertThat(Arrays.copyOfRange(Files.readAllBytes(filmOnDisk()), 3000, 4000))
        .isEqualTo(bytes);
    assertThat(filmOnDisk()).hasSize(size);
  }

  @Test
  void bytesAreRead() throws IOException {
    files.write(film, 0, bytes);
    ByteBuffer buffer = ByteBuffer.allocate(100);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    long offset = 10;
    long length = 20;
    files.read(film, offset, buffer);
    files.read(film, ByteRange.of(offset, length), output);
    try (InputStream in = files.input(film, ByteRange.whole())) {
      in.transferTo(output);
    }
    assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(bytes, 10, 100));
    assertThat(output.size()).isEqualTo(20 + bytes.length);
  }

  @Test
  void aBatchIsWritten() throws Exception {
    byte[] first = Arrays.copyOf(bytes, 400);
    byte[] second = Arrays.copyOfRange(bytes, 400, 1000);
    byte[] sha1OfFirst = sha1(first);
    List<ExtentResult> results =
        files.writeBatch(
            List.of(
                Extent.of(film, 0, first).expecting(Digest.sha1(sha1OfFirst)),
                Extent.of(film, first.length, second)));
    for (ExtentResult result : results) {
      result.orThrow();
    }
    assertThat(Files.readAllBytes(filmOnDisk())).isEqualTo(bytes);
  }

  @Test
  void piecesAreChecked() throws IOException {
    files.write(film, 0, bytes);
    RootPath subtitles = RootPath.of("downloads", "films/film.srt");
    long filmLength = bytes.length;
    long subtitlesLength = 500;
    int pieceLength = bytes.length;
    BitSet complete = new BitSet();
    List<SizedFile> torrent =
        List.of(new SizedFile(film, filmLength), new SizedFile(subtitles, subtitlesLength));
    try (HashStream<PieceDigest> pieces =
        files.hashes().pieces(DigestAlgorithm.SHA1, pieceLength, torrent)) {
      while (pieces.hasNext()) {
        PieceDigest piece = pieces.next();
        complete.set((int) piece.index(), isExpected(piece));
      }
    }
    assertThat(complete.stream()).containsExactly(0);
  }

  private boolean isExpected(PieceDigest piece) {
    return Digest.sha1(sha1).equals(piece.digest());
  }

  @Test
  void aPlayerGetsAnAddress() throws IOException {
    files.write(film, 0, bytes);
    try (FileHandle handle = files.open(film, OpenMode.READ)) {
      URI address = files.streams().ticket(handle, Duration.ofHours(3));
      try (InputStream in = address.toURL().openStream()) {
        assertThat(in.readAllBytes()).isEqualTo(bytes);
      }
    }
  }

  @Test
  void whatTakesLongGetsTime() throws IOException {
    files.write(film, 0, bytes);
    files.within(Duration.ofHours(1)).rename(film, "other-disk/film.mp4");
    assertThat(folder.resolve("other-disk/film.mp4")).hasSize(bytes.length);
  }

  @Test
  void aRefusalIsHandled() throws IOException {
    sha1 = new byte[sha1.length];
    try {
      files.write(film, 0, bytes, Digest.sha1(sha1));
    } catch (FilesException e) {
      switch (e.code()) {
        case "EHASH" -> downloadAgain(film);
        case "ENOSPC" -> tell(e.sentence());
        default -> throw e;
      }
    }
    assertThat(told).containsExactly("films/film.mp4");
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).isEmpty();
    }
  }

  private void downloadAgain(RootPath path) {
    told.add(path.path());
  }

  private void tell(String sentence) {
    told.add(sentence);
  }
}
