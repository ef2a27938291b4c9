package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The fields of a JSON object that a client has sent. Unknown ones are ignored. */
record JsonBody(Map<String, @Nullable Object> fields) {
  private static final int SMALL_BYTES = 256 << 10;
  private static final Semaphore LARGE = new Semaphore(Limits.LARGE_JSON_BODIES, true);

  /**
   * Reads the body of a request.
   *
   * @throws OperationFailure EINVAL when it is no JSON object, EFBIG when it is too long
   * @throws IOException when it cannot be read
   */
  static JsonBody of(Call call) throws OperationFailure, IOException {
    byte[] bytes = call.body().readNBytes(SMALL_BYTES);
    if (bytes.length < SMALL_BYTES) {
      return parse(bytes);
    }
    // What it becomes in memory is many times as long.
    LARGE.acquireUninterruptibly();
    try {
      return parse(large(call, bytes));
    } finally {
      LARGE.release();
    }
  }

  private static byte[] large(Call call, byte[] first) throws OperationFailure, IOException {
    byte[] rest = call.body().readNBytes(Limits.JSON_BYTES + 1 - first.length);
    byte[] bytes = Arrays.copyOf(first, first.length + rest.length);
    System.arraycopy(rest, 0, bytes, first.length, rest.length);
    if (bytes.length > Limits.JSON_BYTES) {
      throw new OperationFailure(
          FailureCode.EFBIG, "A JSON body may have " + Limits.JSON_BYTES + " bytes at most.");
    }
    return bytes;
  }

  private static JsonBody parse(byte[] bytes) throws OperationFailure {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new JsonBody(Json.readObject(text));
    } catch (CharacterCodingException e) {
      throw bad("The body must be JSON in UTF-8.");
    } catch (IllegalArgumentException e) {
      throw bad("The body must be a JSON object; this is not valid.");
    }
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

  @SuppressWarnings("unchecked") // Json gives every map string keys
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
