package com.jstorrent.iodaemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.failure.OperationFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

  @Test
  void pathAndQueryAreTakenApartAndDecoded() throws Exception {
    Target target = Target.parse("/ops/st%61t/a%2Fb?path=x%20y+z&flag&path=second&e=%C3%A9");
    assertThat(target.segments()).containsExactly("ops", "stat", "a/b");
    assertThat(target.query())
        .containsEntry("path", "x y z")
        .containsEntry("flag", "")
        .containsEntry("e", "é");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%4", "/%zz", "/%C3", "/a?b=%", "/%-1", "/%ff"})
  void malformedEscapesAreRefused(String target) {
    assertThatThrownBy(() -> Target.parse(target)).isInstanceOf(OperationFailure.class);
  }
}
