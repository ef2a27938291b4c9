package com.jstorrent.iodaemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LimitsTest {
  private static final Set<String> MAY_BE_ZERO =
      Set.of(
          "failureDelay", "resumeGrace", "linger", "handleGrace", "openFiles");

  private static List<Method> setters() {
    return Arrays.stream(LimitsBuilder.class.getDeclaredMethods())
        .filter(method -> method.getReturnType() == LimitsBuilder.class)
        .toList();
  }

  private static Stream<Method> times() {
    return setters().stream().filter(LimitsTest::takesTime);
  }

  private static boolean takesTime(Method setter) {
    return setter.getParameterTypes()[0] == Duration.class;
  }

  private static LimitsBuilder set(LimitsBuilder builder, Method setter, Object value)
      throws Throwable {
    try {
      return (LimitsBuilder) setter.invoke(builder, value);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static Object number(Method setter, long value) {
    if (takesTime(setter)) {
      return Duration.ofMillis(value);
    }
    return setter.getParameterTypes()[0] == int.class ? (Object) (int) value : value;
  }

  private static void assertRefused(Method setter, Object value) {
    assertThatThrownBy(() -> set(Limits.builder(), setter, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(setter.getName() + " must be ")
        .hasMessageEndingWith(", and is " + value + ".");
  }

  private static Object read(Limits limits, Method setter) throws ReflectiveOperationException {
    return Limits.class.getMethod(setter.getName()).invoke(limits);
  }

  @ParameterizedTest
  @MethodSource("setters")
  void whatIsSetIsReadUnderTheSameName(Method setter) throws Throwable {
    Object value = number(setter, 1_000_000_007);
    LimitsBuilder builder = Limits.builder().sessionQueueBytes(Long.MAX_VALUE);
    Limits changed = set(builder, setter, value).build();
    assertThat(read(changed, setter)).isEqualTo(value);
    for (Method other : setters()) {
      if (!other.equals(setter) && !other.getName().equals("sessionQueueBytes")) {
        assertThat(read(changed, other)).isEqualTo(read(Limits.DEFAULT, other));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("setters")
  void negativeValuesAreRefused(Method setter) {
    assertRefused(setter, number(setter, -1));
  }

  @ParameterizedTest
  @MethodSource("setters")
  void zeroIsRefusedWhereItMakesNoSense(Method setter) throws Throwable {
    if (MAY_BE_ZERO.contains(setter.getName())) {
      Limits changed = set(Limits.builder(), setter, number(setter, 0)).build();
      assertThat(read(changed, setter)).isEqualTo(number(setter, 0));
    } else {
      assertRefused(setter, number(setter, 0));
    }
  }

  @ParameterizedTest
  @MethodSource("times")
  void noTimeIsNullOrLongerThanItCanBeCounted(Method setter) {
    assertThatThrownBy(() -> set(Limits.builder(), setter, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage(setter.getName() + " must not be null.");
    assertRefused(setter, Duration.ofSeconds(Long.MAX_VALUE));
  }

  @Test
  void timesThatRoundToNoMillisecondAreRefused() throws Throwable {
    for (Method setter : times().toList()) {
      if (!MAY_BE_ZERO.contains(setter.getName())) {
        assertRefused(setter, Duration.ofNanos(999_999));
      }
    }
  }

  @Test
  void queuesHoldOneFrameAndMemoryOneBody() {
    assertThatThrownBy(() -> Limits.builder().socketQueueBytes(Limits.FRAME_BYTES - 1))
        .hasMessage("socketQueueBytes must be at least 16777216, and is 16777215.");
    assertThatThrownBy(() -> Limits.builder().bodyMemoryBytes(Limits.BODY_BYTES - 1))
        .hasMessage("bodyMemoryBytes must be at least 67108864, and is 67108863.");
  }

  @Test
  void aConnectionHasRoomForOneSocketAtLeast() {
    LimitsBuilder builder =
        Limits.builder().sessionQueueBytes(Limits.FRAME_BYTES).socketQueueBytes(17L << 20);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sessionQueueBytes must be at least socketQueueBytes, 17825792, and is 16777216.");
  }

  @Test
  void aBuilderThatIsUsedFurtherDoesNotChangeWhatItHasBuilt() {
    LimitsBuilder builder = Limits.builder().sockets(3);
    Limits limits = builder.build();
    builder.sockets(4);
    assertThat(limits.sockets()).isEqualTo(3);
  }
}
