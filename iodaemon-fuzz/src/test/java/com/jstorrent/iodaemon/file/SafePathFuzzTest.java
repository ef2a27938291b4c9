package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/** Every accepted path stays below the root, as the JDK interprets it (Linux, macOS). */
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
    Path whole = Path.of(URI.create("file://" + ROOT + "/" + spelled(text)));
    Path below = ROOT;
    for (String component : path.components()) {
      Path name = NameCodec.encode(ROOT.getFileSystem(), component);
      assertThat(name.getNameCount()).isEqualTo(1);
      assertThat(NameCodec.decode(name)).isEqualTo(component);
      below = below.resolve(name);
    }
    assertThat(below.startsWith(ROOT)).isTrue();
    assertThat(below).isEqualTo(below.normalize()).isEqualTo(whole.normalize());
    assertThat(below.getNameCount()).isEqualTo(ROOT.getNameCount() + path.components().size());
    assertThat(path.isRoot()).isEqualTo(below.equals(ROOT));
    assertThat(SafePath.of(path.toString())).isEqualTo(path);
  }

  /** The path percent-encoded as in a URI; characters that stand for a byte become this byte. */
  private static String spelled(String text) {
    StringBuilder spelled = new StringBuilder();
    text.replaceFirst("^[/\\\\]+", "")
        .codePoints()
        .forEach(
            c -> {
              boolean escape = c >= 0xef80 && c <= 0xefff || c == 0xef5c;
              byte[] bytes =
                  escape ? new byte[] {(byte) c} : Character.toString(c).getBytes(UTF_8);
              for (byte b : bytes) {
                spelled.append(c == '/' || c == '\\' ? "/" : "%%%02x".formatted(b));
              }
            });
    return spelled.toString();
  }

  /** Decodes UTF-8, or else Latin-1. */
  private static String text(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    return Arrays.equals(text.getBytes(UTF_8), bytes) ? text : new String(bytes, ISO_8859_1);
  }
}
