package com.jstorrent.iodaemon.http;

import static com.jstorrent.iodaemon.http.Answers.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.Program;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The trees of BitTorrent version 2, against a second implementation in another language. */
class MerkleRouteTest {
  private static final int BLOCK = 16_384;

  @AutoClose
  private final HttpFixture fixture = new HttpFixture();
  private final Path folder = fixture.folder;
  private final HttpDaemon daemon = fixture.daemon;

  private List<String> merkle(int pieceLength, List<Map<String, Object>> files) throws Exception {
    String body =
        Json.write(
            Map.of(
                "algorithm", "sha256",
                "pieceLength", pieceLength,
                "merkle", true,
                "files", files));
    return text(daemon.json("/hash/pieces", body)).lines().toList();
  }

  private static Map<String, Object> torrentFile(String path, long length) {
    return Map.of("root_key", "k", "path", path, "length", length);
  }

  private List<String> foreign(Path script, String file, int pieceLength) throws Exception {
    List<String> lines = new ArrayList<>();
    try (Program python =
        Program.start(
            "python3",
            script.toString(),
            folder.resolve(file).toString(),
            Integer.toString(pieceLength))) {
      String line;
      do {
        line = python.readLine();
        lines.add(line);
      } while (!line.startsWith("{"));
    }
    return lines;
  }

  @ParameterizedTest
  @ValueSource(ints = {BLOCK, 2 * BLOCK, 4 * BLOCK, 16 * BLOCK})
  void layersAndRootsAreThoseOfTheOtherImplementation(int pieceLength) throws Exception {
    Program.assumeThere("python3", "--version");
    Path script = folder.resolve("merkle.py");
    try (InputStream source = MerkleRouteTest.class.getResourceAsStream("merkle.py")) {
      Files.copy(source, script);
    }
    List<Map<String, Object>> files = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int size : new TreeSet<>(
        List.of(
            0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, pieceLength - 1, pieceLength,
            pieceLength + 1, 2 * pieceLength, 3 * pieceLength, 5 * pieceLength + 1,
            6 * pieceLength - BLOCK))) {
      String name = "f" + size;
      Files.write(folder.resolve(name), Peer.bytes(size, size));
      files.add(torrentFile(name, size));
      expected.addAll(foreign(script, name, pieceLength));
    }
    assertThat(merkle(pieceLength, files)).isEqualTo(expected);
  }

  @Test
  void whatIsMissingIsNullAndSoIsItsRoot() throws Exception {
    Files.write(folder.resolve("f"), Peer.bytes(1, 3 * BLOCK));
    List<String> whole = merkle(BLOCK, List.of(torrentFile("f", 3 * BLOCK)));
    List<String> cut =
        merkle(
            BLOCK,
            List.of(
                torrentFile("f", 4 * BLOCK),
                torrentFile("none", 5),
                torrentFile("f", 3 * BLOCK)));
    assertThat(cut.subList(0, 3)).isEqualTo(whole.subList(0, 3));
    assertThat(cut.subList(3, 6))
        .containsExactly("null", "{\"root\":null}", "{\"root\":null}");
    assertThat(cut.subList(6, 10)).isEqualTo(whole);
  }
}
