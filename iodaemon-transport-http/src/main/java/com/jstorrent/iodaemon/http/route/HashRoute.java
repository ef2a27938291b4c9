package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;
import java.io.InputStream;

/** {@code POST /hash/sha1} and {@code sha256}: the digest of the body (PROTOCOL.md § 5.3). */
final class HashRoute implements Route.Handler {
  private static final int PART_BYTES = 256 << 10;

  private final HashService hashes;
  private final HashAlgorithm algorithm;

  HashRoute(HashService hashes, HashAlgorithm algorithm) {
    this.hashes = hashes;
    this.algorithm = algorithm;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    HashService.Running digest = hashes.start(algorithm);
    InputStream body = call.body();
    byte[] part = new byte[(int) Math.min(PART_BYTES, call.bodyLength().orElse(PART_BYTES))];
    for (int count; (count = body.readNBytes(part, 0, part.length)) > 0;) {
      digest.update(part, 0, count);
    }
    return Reply.bytes(digest.finish());
  }
}
