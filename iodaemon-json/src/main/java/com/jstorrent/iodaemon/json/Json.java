package com.jstorrent.iodaemon.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes JSON as plain Java values: {@code Map}, {@code List}, {@code String}, {@code
 * Long}, {@code Double}, {@code Boolean} and null. Only this class and {@link JsonFields} use the JSON library.
 * Strict: no comments, no duplicate keys, nothing after the document, and limited nesting.
 * Stateless and thread-safe.
 */
public final class Json {
  private Json() {}

  /**
   * Reads one document.
   *
   * @throws IllegalArgumentException when the text is not valid JSON; the message is one sentence
   */
  public static @Nullable Object read(String text) {
    JsonReader in = new JsonReader(new StringReader(text));
    in.setStrictness(Strictness.STRICT);
    try {
      Object value = value(in);
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("There is something after the JSON document.");
      }
      return value;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new IllegalArgumentException("This is not valid JSON.", e);
    }
  }

  /**
   * Reads a document that must be an object.
   *
   * @throws IllegalArgumentException when it is not; the message is one sentence
   */
  @SuppressWarnings("unchecked") // value() gives every map string keys
  public static Map<String, @Nullable Object> readObject(String text) {
    if (read(text) instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw new IllegalArgumentException("The JSON document must be an object.");
  }

  /**
   * Writes a value of the types that {@link #read} returns, or an {@code Integer}.
   *
   * @throws IllegalArgumentException for any other type
   */
  public static String write(@Nullable Object value) {
    StringWriter out = new StringWriter();
    try (JsonWriter json = new JsonWriter(out)) {
      json.setSerializeNulls(true);
      write(json, value);
    } catch (IOException e) {
      throw new AssertionError("Writing to memory does not fail.", e);
    }
    return out.toString();
  }

  private static @Nullable Object value(JsonReader in) throws IOException {
    return switch (in.peek()) {
      case BEGIN_OBJECT -> object(in);
      case BEGIN_ARRAY -> array(in);
      case STRING -> in.nextString();
      case NUMBER -> number(in.nextString());
      case BOOLEAN -> in.nextBoolean();
      case NULL -> {
        in.nextNull();
        yield null;
      }
      default -> throw new IllegalStateException("Not the beginning of a value.");
    };
  }

  private static Map<String, @Nullable Object> object(JsonReader in) throws IOException {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    in.beginObject();
    while (in.hasNext()) {
      String key = in.nextName();
      if (map.containsKey(key)) {
        throw new IllegalStateException("A key occurs twice.");
      }
      map.put(key, value(in));
    }
    in.endObject();
    return map;
  }

  private static List<@Nullable Object> array(JsonReader in) throws IOException {
    List<@Nullable Object> list = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      list.add(value(in));
    }
    in.endArray();
    return list;
  }

  /**
   * A number that does not fit into a {@code long} becomes a {@code double}, perhaps with a loss of
   * precision.
   */
  static Object number(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      return Double.valueOf(digits);
    }
  }

  private static void write(JsonWriter out, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.nullValue();
      case Map<?, ?> map -> {
        out.beginObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.name(String.valueOf(entry.getKey()));
          write(out, entry.getValue());
        }
        out.endObject();
      }
      case List<?> list -> {
        out.beginArray();
        for (Object element : list) {
          write(out, element);
        }
        out.endArray();
      }
      case String text -> out.value(text);
      case Long number -> out.value(number);
      case Integer number -> out.value(number);
      case Double number -> out.value(number);
      case Boolean flag -> out.value(flag);
      default ->
          throw new IllegalArgumentException("JSON has no " + value.getClass().getSimpleName());
    }
  }
}
