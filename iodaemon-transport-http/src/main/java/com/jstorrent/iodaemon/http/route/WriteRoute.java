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
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a body to a file (PROTOCOL.md § 5.1 and § 5.2). With an expected digest the body is verified
 * before the file is touched; without one a long body goes to the disk as it arrives.
 */
final class WriteRoute implements Route.Handler {
  /** A body up to here is held whole and written by one job, verified or not. */
  private static final int STREAMED_BYTES = 1 << 20;

  private final FileService files;
  private final HashService hashes;
  private final BodyMemory memory;
  private final Wish wish;

  /**
   * @param wish what a request wants to have written where
   */
  WriteRoute(FileService files, HashService hashes, BodyMemory memory, Wish wish) {
    this.files = files;
    this.hashes = hashes;
    this.memory = memory;
    this.wish = wish;
  }

  /**
   * Where the bytes go.
   *
   * @param create whether the file is made if need be
   * @param hold closed when they are written
   */
  record Target(LocatedFile file, boolean create, long offset, Hold hold) {}

  /** What must not go away before the bytes are written. */
  @FunctionalInterface
  interface Hold extends AutoCloseable {
    Hold NOTHING = () -> {};

    @Override
    void close();
  }

  /** How a request tells where its bytes go; whatever can be refused is refused here. */
  @FunctionalInterface
  interface Wish {
    Target of(Call call) throws OperationFailure;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure, IOException {
    // Everything that can be refused is refused before the client is told to send its body.
    List<Expected> digests = new ArrayList<>();
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      String hex = call.header("X-Expected-" + algorithm.name());
      if (hex != null) {
        digests.add(Expected.parse(algorithm, hex));
      }
    }
    Target target = wish.of(call);
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

  /** A small body is checked by the job that writes it: a second hand-over costs more. */
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
            int length = part.remaining();
            file.write(part, position[0]);
            position[0] += length;
          });
    }
  }
}
