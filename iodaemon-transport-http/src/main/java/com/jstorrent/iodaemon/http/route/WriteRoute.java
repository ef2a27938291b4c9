package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.FileService.OpenFile;
import com.jstorrent.iodaemon.file.SafePath;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * {@code POST /write/{root_key}} (PROTOCOL.md § 5.1). With an expected digest the body is verified
 * before the file is touched; without one a long body goes to the disk as it arrives.
 */
final class WriteRoute implements Route.Handler {
  /** A body up to here is read whole and written by one job, verified or not. */
  private static final int SMALL_BODY_BYTES = 1 << 20;

  private static final int PART_BYTES = 256 << 10;

  private final FileService files;
  private final HashService hashes;
  private final BodyMemory memory;

  WriteRoute(FileService files, HashService hashes, BodyMemory memory) {
    this.files = files;
    this.hashes = hashes;
    this.memory = memory;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    String root = call.pathVariables().get(0);
    SafePath path = FileHeaders.path(call);
    long offset = FileHeaders.offset(call);
    String sha1 = call.header("X-Expected-SHA1");
    String sha256 = call.header("X-Expected-SHA256");
    long declared = Math.min(Limits.BODY_BYTES, call.bodyLength().orElse(Limits.BODY_BYTES));
    if (sha1 == null && sha256 == null && declared > SMALL_BODY_BYTES) {
      stream(root, path, offset, call.body());
      return Reply.empty();
    }
    InputStream content = call.body(); // refuses a length that is too large
    memory.acquire(declared);
    try {
      byte[] body = whole(content, call.bodyLength());
      if (sha1 != null) {
        hashes.verify(HashAlgorithm.SHA1, sha1, body, body.length);
      }
      if (sha256 != null) {
        hashes.verify(HashAlgorithm.SHA256, sha256, body, body.length);
      }
      files.write(root, path, ByteBuffer.wrap(body), offset);
    } finally {
      memory.release(declared);
    }
    return Reply.empty();
  }

  private static byte[] whole(InputStream content, OptionalLong length) throws IOException {
    if (length.isEmpty()) {
      return content.readAllBytes();
    }
    byte[] body = new byte[(int) length.getAsLong()];
    content.readNBytes(body, 0, body.length);
    return body;
  }

  private void stream(String root, SafePath path, long offset, InputStream body)
      throws OperationFailure, IOException {
    byte[] part = new byte[PART_BYTES];
    try (OpenFile file = files.openForWriting(root, path)) {
      long position = offset;
      for (int count; (count = body.readNBytes(part, 0, part.length)) > 0; position += count) {
        file.write(ByteBuffer.wrap(part, 0, count), position);
      }
    }
  }
}
