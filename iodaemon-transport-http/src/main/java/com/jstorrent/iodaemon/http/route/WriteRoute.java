package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.FileService.OpenFile;
import com.jstorrent.iodaemon.file.SafePath;
import com.jstorrent.iodaemon.hash.Expected;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * {@code POST /write/{root_key}} (PROTOCOL.md § 5.1). With an expected digest the body is verified
 * before the file is touched; without one a long body goes to the disk as it arrives.
 */
final class WriteRoute implements Route.Handler {
  /** A body up to here is read whole and written by one job, verified or not. */
  private static final int SMALL_BODY_BYTES = 1 << 20;

  private static final String BUSY =
      "Too many writes are waiting for memory; try again in a moment.";

  private final FileService files;
  private final HashService hashes;
  private final MemoryBudget small;
  private final MemoryBudget large;

  /**
   * @param memory for bodies that are held whole; a part of its own for small ones, so that they
   *     need not wait for large ones which arrive slowly
   */
  WriteRoute(FileService files, HashService hashes, long memory) {
    this.files = files;
    this.hashes = hashes;
    this.small = new MemoryBudget(memory / 2, BUSY);
    this.large = new MemoryBudget(memory, BUSY);
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    // Everything that can be refused is refused before the client is told to send its body.
    String root = call.pathVariables().get(0);
    SafePath path = FileHeaders.path(call);
    long offset = FileHeaders.offset(call);
    List<Expected> digests = new ArrayList<>();
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      String hex = call.header("X-Expected-" + algorithm.name());
      if (hex != null) {
        digests.add(Expected.parse(algorithm, hex));
      }
    }
    files.requireWritable(root, path);
    InputStream body = call.body();
    long length = call.bodyLength().orElse(Limits.BODY_BYTES);
    if (digests.isEmpty() && length > SMALL_BODY_BYTES) {
      stream(root, path, offset, body);
    } else {
      MemoryBudget memory = length > SMALL_BODY_BYTES ? large : small;
      memory.acquire(length);
      try {
        byte[] bytes = whole(body, call.bodyLength());
        for (Expected digest : digests) {
          hashes.verify(digest, bytes);
        }
        files.write(root, path, ByteBuffer.wrap(bytes), offset);
      } finally {
        memory.release(length);
      }
    }
    return Reply.empty();
  }

  private static byte[] whole(InputStream body, OptionalLong length) throws IOException {
    if (length.isEmpty()) {
      return body.readAllBytes();
    }
    byte[] bytes = new byte[(int) length.getAsLong()];
    body.readNBytes(bytes, 0, bytes.length);
    return bytes;
  }

  private void stream(String root, SafePath path, long offset, InputStream body)
      throws OperationFailure, IOException {
    BodyParts parts = new BodyParts(body);
    try (OpenFile file = files.openForWriting(root, path)) {
      long position = offset;
      for (int count; (count = parts.next()) > 0; position += count) {
        file.write(ByteBuffer.wrap(parts.bytes(), 0, count), position);
      }
    }
  }
}
