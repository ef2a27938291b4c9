package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;
import java.nio.ByteBuffer;

/** {@code POST /hash/sha1} and {@code sha256}: the digest of the body (PROTOCOL.md § 5.3). */
final class HashRoute implements Route.Handler {
  private final HashService hashes;
  private final HashAlgorithm algorithm;

  HashRoute(HashService hashes, HashAlgorithm algorithm) {
    this.hashes = hashes;
    this.algorithm = algorithm;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    HashService.Running digest = hashes.start(algorithm);
    BodyParts parts = new BodyParts(call.body());
    for (int count; (count = parts.next()) > 0;) {
      digest.update(ByteBuffer.wrap(parts.bytes(), 0, count));
    }
    return Reply.bytes(digest.finish());
  }
}
