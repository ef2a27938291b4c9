package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that a client has sent. Unknown ones are ignored. */
record JsonBody(Map<String, @Nullable Object> fields) {
  /**
   * Parses a body.
   *
   * @throws OperationFailure EINVAL when it is not a JSON object in UTF-8
   */
  static JsonBody parse(List<ByteBuffer> parts) throws OperationFailure {
    try {
      return new JsonBody(Json.readObject(text(parts)));
    } catch (CharacterCodingException e) {
      throw bad("The body must be JSON in UTF-8.");
    } catch (IllegalArgumentException e) {
      throw bad("The body must be a JSON object; this is not valid.");
    }
  }

  private static String text(List<ByteBuffer> parts) throws CharacterCodingException {
    ByteBuffer whole;
    if (parts.size() == 1) {
      whole = parts.getFirst();
    } else {
      PartedBytes bytes = new PartedBytes(parts);
      whole = bytes.copy((int) bytes.remaining());
    }
    return StandardCharsets.UTF_8.newDecoder().decode(whole).toString();
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
    return switch (fields.get(name)) {
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
    return switch (fields.get(name)) {
      case null -> OptionalLong.empty();
      case Long number -> OptionalLong.of(Numbers.checked(what, number));
      default -> throw Numbers.malformed(what);
    };
  }

  boolean flag(String name) throws OperationFailure {
    return switch (fields.get(name)) {
      case null -> false;
      case Boolean flag -> flag;
      default -> throw bad("The field \"" + name + "\" must be true or false.");
    };
  }

  @SuppressWarnings("unchecked") // the keys of maps from Json are strings
  List<JsonBody> objects(String name) throws OperationFailure {
    if (!(fields.get(name) instanceof List<?> list)) {
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
