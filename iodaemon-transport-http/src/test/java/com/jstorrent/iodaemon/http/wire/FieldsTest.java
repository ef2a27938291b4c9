package com.jstorrent.iodaemon.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** RFC 9110 § 5. */
class FieldsTest {
  private final Fields fields =
      new Fields(
          List.of(
              new Field("Connection", "close, , Upgrade"),
              new Field("Host", "localhost"),
              new Field("connection", "\tKeep-Alive ,"),
              new Field("Empty", "")));

  @Test
  void theCaseOfNamesDoesNotMatter() {
    assertThat(fields.first("HOST")).isEqualTo("localhost");
    assertThat(fields.contains("hosT")).isTrue();
    assertThat(fields.values("CONNECTION")).containsExactly("close, , Upgrade", "\tKeep-Alive ,");
  }

  @Test
  void namesAreComparedWhole() {
    assertThat(fields.first("Hos")).isNull();
    assertThat(fields.contains("Hosts")).isFalse();
    assertThat(fields.values("Connectio")).isEmpty();
  }

  @Test
  void listsGoOnInTheNextFieldAndTheirEmptyMembersDoNotCount() {
    assertThat(fields.members("connection")).containsExactly("close", "Upgrade", "Keep-Alive");
    assertThat(fields.members("empty")).isEmpty();
    assertThat(fields.members("none")).isEmpty();
  }

  @Test
  void anEmptyFieldIsThere() {
    assertThat(fields.contains("Empty")).isTrue();
    assertThat(fields.values("Empty")).containsExactly("");
  }
}
