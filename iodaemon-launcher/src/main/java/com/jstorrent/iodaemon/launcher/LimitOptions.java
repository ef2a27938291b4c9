package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.config.LimitsBuilder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The limits that {@code --limit} can change: everything that {@link LimitsBuilder} can set, by its name, except
 * for the memory, which is {@code --memory}.
 */
final class LimitOptions {
  private static final String MEMORY = "memoryBytes";

  private LimitOptions() {}

  /**
   * @param memory the value of {@code --memory}, if it was given
   * @param changed values by the names of limits
   * @throws LaunchFailure when there is no such limit, or a value makes no sense
   */
  static Limits of(@Nullable String memory, Map<String, String> changed) throws LaunchFailure {
    if (memory == null && changed.isEmpty()) {
      return Limits.DEFAULT;
    }
    LimitsBuilder builder = Limits.builder();
    if (memory != null) {
      builder.memoryBytes(Quantity.memory(memory));
    }
    if (!changed.isEmpty()) {
      set(builder, changed);
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) { // two limits contradict each other
      throw outOfRange(e);
    }
  }

  private static void set(LimitsBuilder builder, Map<String, String> changed)
      throws LaunchFailure {
    Map<String, Method> setters = setters();
    for (Map.Entry<String, String> limit : changed.entrySet()) {
      Method setter = setters.get(limit.getKey());
      if (setter == null) {
        throw LaunchFailure.ofArguments(
            "--limit names a limit that does not exist or cannot be changed"
                + Suggestion.of(limit.getKey(), setters.keySet()));
      }
      try {
        setter.invoke(builder, value(setter, limit.getValue()));
      } catch (InvocationTargetException e) {
        throw outOfRange(e.getCause());
      } catch (IllegalAccessException e) {
        throw new AssertionError("The setters of limits are public.", e);
      }
    }
  }

  /** The builder's message without the value, since no message repeats a value that was given. */
  private static LaunchFailure outOfRange(Throwable e) {
    String bound =
        String.valueOf(e.getMessage())
            .replaceFirst(", and is [^,]*$", ".")
            .replaceFirst("(Bytes), \\d+\\.$", "$1.");
    return LaunchFailure.ofArguments("The limit " + bound);
  }

  private static Object value(Method setter, String text) throws LaunchFailure {
    Class<?> type = setter.getParameterTypes()[0];
    String name = setter.getName();
    if (type == Duration.class) {
      return Quantity.time("The limit " + name, text);
    }
    long number =
        name.endsWith("Bytes") ? Quantity.bytes(name, text) : Quantity.count(name, text);
    if (type == long.class) {
      return number;
    }
    if (number > Integer.MAX_VALUE) {
      throw LaunchFailure
          .ofArguments("The limit " + name + " must be at most " + Integer.MAX_VALUE + ".");
    }
    return (int) number;
  }

  private static SortedMap<String, Method> setters() {
    SortedMap<String, Method> setters = new TreeMap<>();
    for (Method method : LimitsBuilder.class.getMethods()) {
      if (method.getReturnType() == LimitsBuilder.class && !method.getName().equals(MEMORY)) {
        setters.put(method.getName(), method);
      }
    }
    return setters;
  }

  /** The limits by name with their defaults, in the form in which they are given. */
  static SortedMap<String, String> defaults() {
    SortedMap<String, String> defaults = new TreeMap<>();
    for (String name : setters().keySet()) {
      try {
        Object value = Limits.class.getMethod(name).invoke(Limits.DEFAULT);
        defaults.put(name, Quantity.text(name, value));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("Every limit with a setter must have a getter.", e);
      }
    }
    return defaults;
  }
}
