package com.jstorrent.iodaemon.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PROTOCOL.md § 6: names that are not UTF-8 have a text that is converted back to the same bytes.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "names are text elsewhere")
class NameCodecTest {
  private static final int TRIES = 5000;
  private static final FileSystem HERE = FileSystems.getDefault();

  /** The bytes are given as characters of Latin-1. */
  @ParameterizedTest
  @CsvSource({
      "caf\u00e9.txt,caf\uefe9.txt",
      "\u00ce\u00c4\u00bc\u00fe.avi,\uefce\u013c\ueffe.avi",
      "\u00e2\u0082,\uefe2\uef82",
      "\u00ed\u00a0\u0080,\uefed\uefa0\uef80",
      "\u00c0\u00ae\u00c0\u00ae,\uefc0\uefae\uefc0\uefae",
      "\u00c3\u00a9\u00e9,\u00e9\uefe9",
      "a\\b,a\uef5cb"
  })
  void bytesThatAreNotUtf8AreEscaped(String bytes, String expected) throws Exception {
    Path name = named(bytes.getBytes(ISO_8859_1));
    assertThat(NameCodec.decode(name)).isEqualTo(expected);
    assertThat(back(expected)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
          "a", "a b", "\u00e9", "e\u0301", "\u6587\u4ef6", "\ud83d\ude00", "\ufffd", "\ue000",
          "\uf8ff",
          "\uef00", "\uef7f", "\uf000", "%e9", "a:b", "\u007f", "\n"
      })
  void textIsNotEscaped(String text) throws Exception {
    Path name = named(text.getBytes(UTF_8));
    assertThat(NameCodec.decode(name)).isEqualTo(text);
    assertThat(back(text)).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
      "\uefe9,\uefee\uefbf\uefa9", "x\uefff,x\uefee\uefbf\uefbf", "\uef80,\uefee\uefbe\uef80",
      "\uef5c,\uefee\uefbd\uef9c"
  })
  void charactersThatLookLikeEscapesAreEscapedThemselves(String text, String expected)
      throws Exception {
    Path name = named(text.getBytes(UTF_8));
    assertThat(NameCodec.decode(name)).isEqualTo(expected);
    assertThat(back(expected)).isEqualTo(name);
    assertThat(back(text)).isNotEqualTo(name);
  }

  @Test
  void differentNamesHaveDifferentTexts() throws Exception {
    assertThat(SafePath.of("\uefc3\uefa9")).isEqualTo(SafePath.of("\u00e9")).hasToString("\u00e9");
    assertThat(SafePath.of("x/\uefee\uefbe\uefa9/y").components().get(1))
        .isEqualTo("\uefee\uefbe\uefa9");
  }

  @Test
  void everyNameIsFoundByItsText() throws Exception {
    int[] often =
        {0xee, 0xbd, 0xbe, 0xbf, 0x9c, 0xa9, 0x80, 0xc3, 0xe2, 0xed, 0xf0, 'a', '.', '\\', '%'};
    Random random = new Random(12);
    for (int i = 0; i < TRIES; i++) {
      byte[] bytes = new byte[1 + random.nextInt(12)];
      for (int j = 0; j < bytes.length; j++) {
        int value =
            random.nextBoolean() ? often[random.nextInt(often.length)] : random.nextInt(256);
        bytes[j] = (byte) (value == 0 || value == '/' ? 'x' : value);
      }
      bytes[0] = bytes[0] == '.' ? (byte) 0xee : bytes[0];
      Path name = named(bytes);
      String shown = NameCodec.decode(Path.of("/any/folder").resolve(name));
      assertThat(back(shown)).as(shown).isEqualTo(name);
      assertThat(NameEscapes.canonical(shown)).isEqualTo(shown);
      assertThat(NameEscapes.length(shown)).isEqualTo(bytes.length);
    }
  }

  @Test
  void aClientsTextIsMadeCanonical() throws Exception {
    String[] often =
        {"a", "\u00e9", "\ufffd", "\ud83d\ude00", "\uefc3\uefa9", "\uefff", "\uef5c", ".."};
    Random random = new Random(13);
    for (int i = 0; i < TRIES; i++) {
      StringBuilder text = new StringBuilder("x");
      for (int j = random.nextInt(8); j >= 0; j--) {
        text.append(random.nextBoolean()
            ? often[random.nextInt(often.length)]
            : Character.toString('\uef00' + random.nextInt(256)));
      }
      String component = SafePath.of(text.toString()).components().get(0);
      Path name = NameCodec.encode(HERE, component);
      assertThat(name.getNameCount()).as(component).isEqualTo(1);
      assertThat(NameCodec.decode(name)).isEqualTo(component);
    }
  }

  @Test
  void whereNamesAreTextEscapedBytesAreRefused() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path folder = Files.createDirectory(memory.getPath("/folder"));
      assertThatThrownBy(() -> NameCodec.resolve(folder, "\uefe9"))
          .isInstanceOf(InvalidPathException.class);
      for (String text : List.of("\uefe9", "\u00e9", "\ufffd", "a\\b", "\uef5c")) {
        Path file = Files.createFile(folder.resolve(text));
        String shown = NameCodec.decode(file);
        assertThat(NameCodec.resolve(folder, shown)).isEqualTo(file);
        assertThat(shown).doesNotContain("\\");
      }
    }
  }

  @Test
  void anEscapedBackslashIsRefusedWhereItIsASeparator() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.windows())) {
      Path folder = memory.getPath("C:\\folder");
      for (String name : List.of("..\uef5cx", "\uef5cx", "x\uef5c",
          "\uef5c\uef5cserver\uef5cshare")) {
        assertThatThrownBy(() -> NameCodec.resolve(folder, name))
            .isInstanceOf(InvalidPathException.class);
      }
    }
  }

  /** The path of a client's name. */
  private static Path back(String shown) throws OperationFailure {
    List<String> components = SafePath.of(shown).components();
    assertThat(components).hasSize(1);
    return NameCodec.encode(HERE, components.get(0));
  }

  /** The path whose name has these bytes. */
  private static Path named(byte[] bytes) {
    StringBuilder uri = new StringBuilder("file:///");
    for (byte b : bytes) {
      uri.append("%%%02x".formatted(b));
    }
    return Path.of(URI.create(uri.toString())).getFileName();
  }
}
