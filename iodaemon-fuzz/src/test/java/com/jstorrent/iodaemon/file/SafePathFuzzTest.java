package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/** What passes as a path stays below the root, as the paths of the JDK understand it. */
class SafePathFuzzTest {
  private static final Path ROOT = Path.of("/root/of/downloads");

  @FuzzTest
  void paths(byte[] bytes) throws OperationFailure {
    String text = text(bytes);
    SafePath path;
    try {
      path = SafePath.ofBase64(Base64.getEncoder().encodeToString(bytes));
    } catch (OperationFailure e) {
      assertThat(e.getMessage()).startsWith("The path ").endsWith(".");
      return;
    }
    assertThat(SafePath.of(text)).isEqualTo(path);
    Path whole = Path.of(ROOT + "/" + text.replace('\\', '/'));
    Path below = ROOT;
    for (String component : path.components()) {
      assertThat(Path.of(component).getNameCount()).isEqualTo(1);
      below = below.resolve(component);
    }
    assertThat(below.startsWith(ROOT)).isTrue();
    assertThat(below).isEqualTo(below.normalize()).isEqualTo(whole.normalize());
    assertThat(below.getNameCount()).isEqualTo(ROOT.getNameCount() + path.components().size());
    assertThat(path.isRoot()).isEqualTo(below.equals(ROOT));
    assertThat(SafePath.of(path.toString())).isEqualTo(path);
  }

  /** UTF-8, or else Latin-1. */
  private static String text(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    return Arrays.equals(text.getBytes(UTF_8), bytes) ? text : new String(bytes, ISO_8859_1);
  }
}
