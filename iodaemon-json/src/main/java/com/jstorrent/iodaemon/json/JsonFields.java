package com.jstorrent.iodaemon.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.jstorrent.iodaemon.memory.heap.HeapSize;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents of clients as {@link Json} does, but keeps only the wanted fields; the values of others are
 * skipped and take no memory, however long they are. Used once, by one thread.
 */
public final class JsonFields {
  /** The most characters of a name, or of a text that is kept. */
  private static final int TEXT_CHARS = 64 << 10;

  /** Short texts that occur repeatedly, such as keys of roots, are kept only once: at most this many of them. */
  private static final int SHARED_TEXTS = 64;

  private static final int SHARED_CHARS = 64;

  /**
   * What is counted on the heap for a map with its table, a field in it, a list, an element of it with room to
   * grow, and a number.
   */
  private static final int OBJECT_BYTES = 104;

  private static final int FIELD_BYTES = 40;
  private static final int LIST_BYTES = 40;
  private static final int ELEMENT_BYTES = 16;
  private static final int NUMBER_BYTES = 24;

  /** The initial capacity of a map: objects have few wanted fields. */
  private static final int TABLE = 8;

  private final Map<String, String> wanted;
  private final Meter meter;
  private final BoundedReader bounded;
  private final JsonReader in;
  private final Map<String, String> shared = new HashMap<>();

  private JsonFields(Reader text, Set<String> wanted, Meter meter) {
    this.wanted = new HashMap<>();
    wanted.forEach(name -> this.wanted.put(name, name));
    this.meter = meter;
    this.bounded = new BoundedReader(text);
    this.in = new JsonReader(bounded);
    in.setStrictness(Strictness.STRICT);
  }

  /** Is told how much memory a document takes while it is read, and may refuse it. */
  @FunctionalInterface
  public interface Meter {
    /**
     * This many more bytes are about to be taken on the heap. May block.
     *
     * @return false when there is no memory for them; then the document is not read any further
     */
    boolean tryTake(long bytes);
  }

  /** A document that takes more memory than it may. */
  public static final class TooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    TooLargeException(String message) {
      super(message);
    }
  }

  /**
   * Reads a document that must be an object.
   *
   * @param wanted names of the fields that are kept, in the object and in those inside it
   * @throws TooLargeException when the meter refuses memory, or a text that is kept has more than 65,536
   *     characters
   * @throws IllegalArgumentException when it is not an object, or not valid JSON; the cause is the
   *     exception of {@code text} if there was one
   */
  public static Map<String, @Nullable Object> read(Reader text, Set<String> wanted, Meter meter) {
    try {
      return new JsonFields(text, wanted, meter).document();
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new IllegalArgumentException("This is not valid JSON.", e);
    }
  }

  private Map<String, @Nullable Object> document() throws IOException {
    if (in.peek() != JsonToken.BEGIN_OBJECT) {
      throw new IllegalArgumentException("The JSON document must be an object.");
    }
    Map<String, @Nullable Object> document = object();
    if (in.peek() != JsonToken.END_DOCUMENT) {
      throw new IllegalArgumentException("There is something after the JSON document.");
    }
    return document;
  }

  private void take(long bytes) {
    if (!meter.tryTake(bytes)) {
      throw new TooLargeException("The JSON document takes too much memory.");
    }
  }

  private @Nullable Object value() throws IOException {
    return switch (in.peek()) {
      case BEGIN_OBJECT -> object();
      case BEGIN_ARRAY -> array();
      case STRING -> text();
      case NUMBER -> {
        take(NUMBER_BYTES);
        yield Json.number(in.nextString());
      }
      case BOOLEAN -> in.nextBoolean();
      case NULL -> {
        in.nextNull();
        yield null;
      }
      default -> throw new IllegalStateException("Not the beginning of a value.");
    };
  }

  private Map<String, @Nullable Object> object() throws IOException {
    take(OBJECT_BYTES);
    Map<String, @Nullable Object> map = new LinkedHashMap<>(TABLE);
    in.beginObject();
    while (in.hasNext()) {
      String name = wanted.get(bounded.limited(in::nextName));
      if (name == null) {
        in.skipValue();
        continue;
      }
      if (map.containsKey(name)) {
        throw new IllegalStateException("A key occurs twice.");
      }
      take(FIELD_BYTES);
      map.put(name, value());
    }
    in.endObject();
    return map;
  }

  private List<@Nullable Object> array() throws IOException {
    take(LIST_BYTES);
    List<@Nullable Object> list = new ArrayList<>();
    in.beginArray();
    while (in.hasNext()) {
      take(ELEMENT_BYTES);
      list.add(value());
    }
    in.endArray();
    return list;
  }

  private String text() throws IOException {
    String text = bounded.limited(in::nextString);
    String same = shared.get(text);
    if (same != null) {
      return same;
    }
    take(HeapSize.of(text));
    if (text.length() <= SHARED_CHARS && shared.size() < SHARED_TEXTS) {
      shared.put(text, text);
    }
    return text;
  }

  /** Fails when too much is read for one text, because the JSON library would first assemble all of it. */
  private static final class BoundedReader extends FilterReader {
    private long left = Long.MAX_VALUE;

    BoundedReader(Reader text) {
      super(text);
    }

    /** Something that reads a text. */
    @FunctionalInterface
    interface Step {
      String read() throws IOException;
    }

    String limited(Step step) throws IOException {
      left = TEXT_CHARS;
      try {
        return step.read();
      } finally {
        left = Long.MAX_VALUE;
      }
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      left -= Math.max(count, 0);
      if (left < 0) {
        throw new TooLargeException(
            "A text in the JSON document may have " + TEXT_CHARS + " characters at most.");
      }
      return count;
    }
  }
}
