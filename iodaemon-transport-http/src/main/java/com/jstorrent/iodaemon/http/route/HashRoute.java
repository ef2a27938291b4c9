package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;

/** {@code POST /hash/ALGORITHM}: the digest of the body (PROTOCOL.md § 5.3). */
final class HashRoute implements Route.Handler {
  private final HashService hashes;
  private final HashAlgorithm algorithm;
  private final BodyMemory memory;

  HashRoute(HashService hashes, HashAlgorithm algorithm, BodyMemory memory) {
    this.hashes = hashes;
    this.memory = memory;
    this.algorithm = algorithm;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    HashService.Running digest = hashes.start(algorithm);
    memory.forEachPart(call, digest::update);
    return Reply.bytes(digest.finish());
  }
}
