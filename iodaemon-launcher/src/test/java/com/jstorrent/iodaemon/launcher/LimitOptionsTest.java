package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.LimitsBuilder;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LimitOptionsTest {

  @Test
  void everyLimitThatAnEmbedderCanSetCanBeGiven() {
    TreeSet<String> setters = new TreeSet<>();
    Stream.of(LimitsBuilder.class.getMethods())
        .filter(method -> method.getParameterCount() == 1)
        .filter(method -> method.getReturnType() == LimitsBuilder.class)
        .map(Method::getName)
        .forEach(setters::add);
    setters.remove("memoryBytes"); // --memory
    assertThat(LimitOptions.defaults().keySet()).isEqualTo(setters);
  }

  @Test
  void theDefaultsAreWrittenAsTheyAreRead() throws Exception {
    Map<String, String> defaults = LimitOptions.defaults();
    assertThat(defaults)
        .containsEntry("connectTimeout", "10s")
        .containsEntry("socketQueueBytes", "16M")
        .containsEntry("sendCreditBytes", "8K")
        .containsEntry("sockets", "16384");
    Limits read = LimitOptions.of(null, defaults);
    for (String name : defaults.keySet()) {
      Method limit = Limits.class.getMethod(name);
      assertThat(limit.invoke(read)).as(name).isEqualTo(limit.invoke(Limits.DEFAULT));
    }
  }

  @Test
  void noMessageRepeatsAValue() {
    assertThatThrownBy(() -> LimitOptions.of(null, Map.of("socketQueueBytes", "999M")))
        .hasMessage("The limit sessionQueueBytes must be at least socketQueueBytes. See --help.");
    assertThatThrownBy(() -> LimitOptions.of(null, Map.of("linger", "200000d")))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("200000"));
  }

  @Test
  void eachLimitIsSetByItsOwnName() throws Exception {
    Limits limits =
        LimitOptions.of(
            "32M", Map.of("sockets", "7", "linger", "0", "keepAlive", "1h", "replayBytes", "64k"));
    assertThat(limits.memoryBytes()).isEqualTo(32 << 20);
    assertThat(limits.sockets()).isEqualTo(7);
    assertThat(limits.linger()).isZero();
    assertThat(limits.keepAlive()).hasHours(1);
    assertThat(limits.replayBytes()).isEqualTo(64 << 10);
    assertThat(limits.listeners()).isEqualTo(Limits.DEFAULT.listeners());
  }
}
