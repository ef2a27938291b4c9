package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** An object of the daemon's JSON, read field by field. Fields that are not asked for are ignored. */
record JsonAnswer(Map<?, ?> fields) {
  /**
   * @throws IOException when the value is no object
   */
  static JsonAnswer of(@Nullable Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      return new JsonAnswer(map);
    }
    throw new IOException("Expected a JSON object in the daemon's answer.");
  }

  /**
   * @throws IOException when the value is no array of texts
   */
  static List<String> texts(@Nullable Object value) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Object element : elements(value)) {
      if (!(element instanceof String text)) {
        throw new IOException("Expected a string in the daemon's answer.");
      }
      texts.add(text);
    }
    return texts;
  }

  /**
   * @throws IOException when the value is no array of objects
   */
  static List<JsonAnswer> objects(@Nullable Object value) throws IOException {
    List<JsonAnswer> objects = new ArrayList<>();
    for (Object element : elements(value)) {
      objects.add(of(element));
    }
    return objects;
  }

  private static List<?> elements(@Nullable Object value) throws IOException {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IOException("Expected a JSON array in the daemon's answer.");
  }

  String text(String name) throws IOException {
    if (fields.get(name) instanceof String text) {
      return text;
    }
    throw missing(name, "text");
  }

  /** The text, or {@code otherwise} when there is none. */
  String text(String name, String otherwise) {
    return fields.get(name) instanceof String text ? text : otherwise;
  }

  @Nullable
  String optionalText(String name) {
    return fields.get(name) instanceof String text ? text : null;
  }

  long number(String name) throws IOException {
    return optionalNumber(name).orElseThrow(() -> missing(name, "number"));
  }

  OptionalLong optionalNumber(String name) {
    return fields.get(name) instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  boolean flag(String name) {
    return fields.get(name) instanceof Boolean flag && flag;
  }

  List<JsonAnswer> objects(String name) throws IOException {
    return objects(fields.get(name));
  }

  private static IOException missing(String name, String kind) {
    return new IOException("The daemon's answer has no " + kind + " \"" + name + "\".");
  }
}
