package com.jstorrent.iodaemon.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Any field gives the tags of a literal implementation of RFC 9110 § 5.6.1 and § 8.8.3. */
class EntityTagsFuzzTest {

  /** Each line of the input is one field. */
  @FuzzTest
  void tags(byte[] bytes) {
    List<String> fields =
        Arrays.asList(new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1));
    EntityTags tags = EntityTags.of(fields);
    assertThat(tags).isEqualTo(expected(String.join(",", fields)));
    for (String tag : tags.strong()) {
      assertThat(tags.matchesStrongly(tag)).isTrue();
      assertThat(tags.matchesWeakly(tag)).isTrue();
    }
  }

  private static EntityTags expected(String list) {
    if (list.strip().equals("*")) {
      return new EntityTags(true, Set.of(), Set.of());
    }
    Set<String> strong = new HashSet<>();
    Set<String> all = new HashSet<>();
    for (String element : elements(list)) {
      boolean weak = element.startsWith("W/");
      String tag = weak ? element.substring(2) : element;
      if (!isOpaque(tag)) {
        return new EntityTags(false, Set.of(), Set.of());
      }
      all.add(tag);
      if (!weak) {
        strong.add(tag);
      }
    }
    return new EntityTags(false, strong, all);
  }

  /** Splits at commas outside quotes, strips blanks, and leaves out empty elements. */
  private static List<String> elements(String list) {
    List<String> elements = new ArrayList<>();
    StringBuilder element = new StringBuilder();
    boolean quoted = false;
    for (char c : (list + ",").toCharArray()) {
      quoted ^= c == '"';
      if (c != ',' || quoted) {
        element.append(c);
      } else {
        elements.add(trimmed(element.toString()));
        element.setLength(0);
      }
    }
    if (quoted) {
      elements.add("\""); // not a tag
    }
    elements.removeIf(String::isEmpty);
    return elements;
  }

  private static String trimmed(String text) {
    return text.replaceAll("^[ \t]+|[ \t]+$", "");
  }

  private static boolean isOpaque(String tag) {
    return tag.length() >= 2
        && tag.startsWith("\"")
        && tag.endsWith("\"")
        && tag.substring(1, tag.length() - 1)
            .chars()
            .allMatch(c -> c == 0x21 || c >= 0x23 && c <= 0x7E || c >= 0x80 && c <= 0xFF);
  }
}
