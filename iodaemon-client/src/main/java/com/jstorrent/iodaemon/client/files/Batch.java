package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The body of a batch of writes, and its answer (PROTOCOL.md § 5.6). */
final class Batch {
  /** The root key that {@code /write/KEY} cannot name, because {@code /write/batch} is another route. */
  static final String UNNAMED_ROOT = "batch";

  private static final int HEAD_BYTES = 16;
  private static final int MAX_ROOT_BYTES = 0xFF;
  private static final int MAX_PATH_BYTES = 0xFFFF;

  private Batch() {}

  static Request request(List<Extent> extents) {
    if (extents.size() > Limits.BATCH_EXTENTS) {
      throw new IllegalArgumentException(
          "A batch may have " + Limits.BATCH_EXTENTS + " extents at most, not " + extents.size()
              + ".");
    }
    List<ByteBuffer> parts = new ArrayList<>(2 * extents.size());
    for (Extent extent : extents) {
      ByteBuffer data = extent.bytes();
      parts.add(head(extent, data.remaining()));
      parts.add(data);
    }
    Request request = Request.post("/write/batch").body(parts);
    if (request.length() > Limits.BODY_BYTES) {
      throw new IllegalArgumentException(
          "A batch may have " + Limits.BODY_BYTES + " bytes at most, not " + request.length()
              + ".");
    }
    return request;
  }

  /** All that precedes the data. */
  private static ByteBuffer head(Extent extent, int length) {
    byte[] root = encoded("key of a root", extent.file().root(), MAX_ROOT_BYTES);
    byte[] path = encoded("path", extent.file().path(), MAX_PATH_BYTES);
    Digest expected = extent.expected();
    byte[] digest = expected == null ? new byte[0] : expected.bytes();
    return ByteBuffer.allocate(HEAD_BYTES + root.length + path.length + digest.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(expected == null ? 0 : expected.algorithm().code())
        .put((byte) root.length)
        .putShort((short) path.length)
        .putInt(length)
        .putLong(extent.offset())
        .put(root)
        .put(path)
        .put(digest)
        .flip();
  }

  private static byte[] encoded(String what, String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > most) {
      throw new IllegalArgumentException(
          "The " + what + " has " + bytes.length + " bytes; in a batch it may have " + most + ".");
    }
    return bytes;
  }

  static List<ExtentResult> results(Answer answer, int count) throws IOException {
    List<ExtentResult> results = new ArrayList<>();
    for (JsonAnswer result : answer.object().objects("results")) {
      results.add(
          new ExtentResult(
              (int) result.number("status"), result.text("error", ""), result.text("message", "")));
    }
    if (results.size() != count) {
      throw new IOException(
          "The daemon has answered " + results.size() + " of " + count + " writes of a batch.");
    }
    return List.copyOf(results);
  }
}
