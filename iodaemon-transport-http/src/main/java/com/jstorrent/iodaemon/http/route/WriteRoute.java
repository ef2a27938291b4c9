package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.LocatedFile;
import com.jstorrent.iodaemon.file.OpenFile;
import com.jstorrent.iodaemon.hash.Expected;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.HashService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a body to a file (PROTOCOL.md § 5.1 and § 5.2). A body with an expected digest is verified
 * before the file is touched; a long one without is written to the disk as it arrives.
 */
final class WriteRoute implements Route.Handler {
  /** A body without a digest is read completely before it is written if it has at most this many bytes. */
  private static final int STREAMED_BYTES = 1 << 20;

  private final FileService files;
  private final HashService hashes;
  private final BodyMemory memory;
  private final TargetParser parser;

  /**
   * @param parser determines where a request wants its body written
   */
  WriteRoute(FileService files, HashService hashes, BodyMemory memory, TargetParser parser) {
    this.files = files;
    this.hashes = hashes;
    this.memory = memory;
    this.parser = parser;
  }

  /**
   * Where a body is written.
   *
   * @param create whether a missing file is created
   * @param hold closed when the write has ended
   */
  record Target(LocatedFile file, boolean create, long offset, Hold hold) {}

  /** Keeps a handle from being closed during the write. */
  @FunctionalInterface
  interface Hold extends AutoCloseable {
    Hold NOTHING = () -> {};

    @Override
    void close();
  }

  /** Parses where a request wants its body written, and refuses the request if that is invalid. */
  @FunctionalInterface
  interface TargetParser {
    Target parse(Call call) throws OperationFailure;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    // Check all that can be checked before the body is read, which may send 100 Continue.
    List<Expected> digests = new ArrayList<>();
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      String hex = call.header("X-Expected-" + algorithm.name());
      if (hex != null) {
        digests.add(Expected.parse(algorithm, hex));
      }
    }
    Target target = parser.parse(call);
    try {
      long length = call.bodyLength().orElse(Limits.BODY_BYTES);
      if (digests.isEmpty() && length > STREAMED_BYTES) {
        stream(target, call);
      } else {
        try (HeldBody held = memory.read(call, Limits.BODY_BYTES)) {
          write(target, digests, held);
        }
      }
    } finally {
      target.hold().close();
    }
    return Reply.empty();
  }

  /** The job that writes a small body verifies it as well: another hand-over would cost more. */
  private void write(Target target, List<Expected> digests, HeldBody held)
      throws OperationFailure {
    FileService.Check check =
        () -> {
          for (Expected digest : digests) {
            hashes.verifyNow(digest, held.parts());
          }
        };
    if (!held.isSmall()) {
      for (Expected digest : digests) {
        hashes.verify(digest, held.parts());
      }
      check = FileService.Check.NONE;
    }
    files.write(target.file(), target.create(), check, held.parts(), target.offset());
  }

  private void stream(Target target, Call call) throws OperationFailure, IOException {
    try (OpenFile file = files.openForWriting(target.file(), target.create())) {
      long[] position = {target.offset()};
      memory.forEachPart(
          call,
          part -> {
            long length = part.stream().mapToLong(ByteBuffer::remaining).sum();
            file.write(part, position[0]);
            position[0] += length;
          });
    }
  }
}
