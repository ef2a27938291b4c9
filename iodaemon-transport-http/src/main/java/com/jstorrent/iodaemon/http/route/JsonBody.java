package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.JsonFields;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that a client has sent. Unknown ones are ignored. */
record JsonBody(Map<String, @Nullable Object> fields) {
  /** What routes look for; other fields are not even kept. */
  private static final Set<String> NAMES =
      Set.of(
          "algorithm", "fileId", "fileRanges", "files", "host", "length", "merkle", "mode",
          "offset",
          "path", "pieceLength", "port", "protocol", "root_key", "session", "socketId",
          "to", "ttlSeconds");

  /**
   * Parses a body.
   *
   * @param meter is told how much memory the fields take
   * @throws OperationFailure EINVAL when it is not a JSON object in UTF-8, EFBIG when the meter refuses
   *     the memory, or a text is too long
   */
  static JsonBody parse(List<ByteBuffer> parts, JsonFields.Meter meter) throws OperationFailure {
    Reader text =
        new InputStreamReader(
            new PartedBytes(parts).stream(), StandardCharsets.UTF_8.newDecoder());
    try {
      return new JsonBody(JsonFields.read(text, NAMES, meter));
    } catch (JsonFields.TooLargeException e) {
      throw new OperationFailure(FailureCode.EFBIG, e.getMessage());
    } catch (IllegalArgumentException e) {
      throw e.getCause() instanceof CharacterCodingException
          ? bad("The body must be JSON in UTF-8.")
          : bad("The body must be a JSON object; this is not valid.");
    }
  }

  private @Nullable Object field(String name) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("The field " + name + " is not kept.");
    }
    return fields.get(name);
  }

  String text(String name) throws OperationFailure {
    String text = optionalText(name);
    if (text == null) {
      throw bad("The field \"" + name + "\" is missing.");
    }
    return text;
  }

  @Nullable
  String optionalText(String name) throws OperationFailure {
    return switch (field(name)) {
      case null -> null;
      case String text -> text;
      default -> throw bad("The field \"" + name + "\" must be a string.");
    };
  }

  long number(String name) throws OperationFailure {
    return optionalNumber(name).orElseThrow(() -> bad("The field \"" + name + "\" is missing."));
  }

  OptionalLong optionalNumber(String name) throws OperationFailure {
    String what = "field \"" + name + "\"";
    return switch (field(name)) {
      case null -> OptionalLong.empty();
      case Long number -> OptionalLong.of(Numbers.checked(what, number));
      default -> throw Numbers.malformed(what);
    };
  }

  boolean flag(String name) throws OperationFailure {
    return switch (field(name)) {
      case null -> false;
      case Boolean flag -> flag;
      default -> throw bad("The field \"" + name + "\" must be true or false.");
    };
  }

  @SuppressWarnings("unchecked") // the keys of maps from Json are strings
  List<JsonBody> objects(String name) throws OperationFailure {
    if (!(field(name) instanceof List<?> list)) {
      throw bad("The field \"" + name + "\" must be an array.");
    }
    List<JsonBody> objects = new ArrayList<>(list.size());
    for (Object element : list) {
      if (!(element instanceof Map<?, ?> map)) {
        throw bad("The field \"" + name + "\" must be an array of objects.");
      }
      objects.add(new JsonBody((Map<String, @Nullable Object>) map));
    }
    return objects;
  }

  private static OperationFailure bad(String message) {
    return new OperationFailure(FailureCode.EINVAL, message);
  }
}
