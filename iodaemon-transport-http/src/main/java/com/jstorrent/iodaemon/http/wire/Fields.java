package com.jstorrent.iodaemon.http.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header fields of a request, in the order in which they came. The case of names does not matter
 * (RFC 9110 § 5.1).
 */
public record Fields(List<Field> all) {
  public Fields {
    all = List.copyOf(all);
  }

  /** Whether there is one of this name. */
  public boolean contains(String name) {
    return first(name) != null;
  }

  /** The value of the first one of this name, or null. */
  public @Nullable String first(String name) {
    for (Field field : all) {
      if (field.name().equalsIgnoreCase(name)) {
        return field.value();
      }
    }
    return null;
  }

  /** The values of all fields of this name, in order. */
  public List<String> values(String name) {
    List<String> values = List.of();
    for (Field field : all) {
      if (field.name().equalsIgnoreCase(name)) {
        if (values.isEmpty()) {
          values = new ArrayList<>(1);
        }
        values.add(field.value());
      }
    }
    return values;
  }

  /**
   * The members of the comma-separated lists in all fields of this name (RFC 9110 § 5.6.1), empty ones
   * left out. Not for lists that may hold quoted strings.
   */
  public List<String> members(String name) {
    return membersOf(values(name));
  }

  /** As {@link #members}, of the values of one header. */
  public static List<String> membersOf(List<String> values) {
    List<String> members = new ArrayList<>();
    for (String value : values) {
      for (String member : value.split(",", -1)) {
        if (!member.isBlank()) {
          members.add(member.strip());
        }
      }
    }
    return members;
  }
}
