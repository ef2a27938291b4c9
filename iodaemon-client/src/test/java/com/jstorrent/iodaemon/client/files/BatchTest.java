package com.jstorrent.iodaemon.client.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.jstorrent.iodaemon.stats.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many writes in one request. */
class BatchTest {
  @TempDir
  Path folder;
  private ServedFolder served;

  @BeforeEach
  void start() throws IOException {
    served = new ServedFolder(folder);
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void eachExtentIsWrittenByOneRequest() throws Exception {
    byte[] bytes = FilesClientTest.random(1000 * 700);
    List<Extent> extents = new ArrayList<>();
    for (int offset = 0; offset < bytes.length; offset += 700) {
      byte[] part = Arrays.copyOfRange(bytes, offset, offset + 700);
      Extent extent = Extent.of(RootPath.of("k", "deep/ü.bin"), offset, part);
      extents.add(
          switch (offset % 3) {
            case 0 -> extent;
            case 1 -> extent.expecting(
                Digest.sha1(MessageDigest.getInstance("SHA-1").digest(part)));
            default -> extent.expecting(
                Digest.sha256(MessageDigest.getInstance("SHA-256").digest(part)));
          });
    }
    long before = served.counter(Counter.HTTP_REQUESTS);
    List<ExtentResult> results = served.files.writeBatch(extents);
    assertThat(served.counter(Counter.HTTP_REQUESTS) - before).isEqualTo(1);
    assertThat(results).hasSize(1000).allMatch(ExtentResult::isWritten);
    assertThat(Files.readAllBytes(folder.resolve("deep/ü.bin"))).isEqualTo(bytes);
  }

  @Test
  void oneThatFailsHindersNoOtherAndTellsWhy() throws Exception {
    byte[] bytes = FilesClientTest.random(10);
    RootPath path = RootPath.of("k", "f");
    List<ExtentResult> results =
        served.files.writeBatch(
            List.of(
                Extent.of(path, 0, bytes),
                Extent.of(path, 10, bytes).expecting(Digest.sha1("00".repeat(20))),
                Extent.of(RootPath.of("gone", "f"), 0, bytes),
                Extent.of(path, 20, bytes)));
    assertThat(results).extracting(ExtentResult::status).containsExactly(200, 409, 403, 200);
    assertThat(results).extracting(ExtentResult::code).containsExactly("", "EHASH", "EROOT", "");
    results.get(0).orThrow();
    FilesClientTest.assertRefused(() -> results.get(1).orThrow(), 409, "EHASH");
    byte[] written = Files.readAllBytes(folder.resolve("f"));
    assertThat(Arrays.copyOfRange(written, 20, 30)).isEqualTo(bytes);
    assertThat(Arrays.copyOfRange(written, 10, 20)).containsOnly(0);
  }

  @Test
  void aBatchHasLimits() throws Exception {
    Extent small = Extent.of(RootPath.of("k", "f"), 0, new byte[0]);
    Extent large = Extent.of(RootPath.of("k", "f"), 0, new byte[(64 << 20) - 10]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> served.files.writeBatch(Collections.nCopies(16_385, small)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> served.files.writeBatch(List.of(large)));
    assertThat(served.files.writeBatch(Collections.nCopies(16_384, small))).hasSize(16_384);
    assertThat(served.files.writeBatch(List.of())).isEmpty();
  }
}
