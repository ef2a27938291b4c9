package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.config.Limits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Bytes to and from files (PROTOCOL.md § 5.1 and § 5.2). Thread-safe. */
final class Transfers {
  /**
   * Unverified bytes are sent in requests of this size. So they may have any length, and repetitions and the time
   * limit apply to each request.
   */
  private static final int STEP_BYTES = 1 << 20;

  private final HttpCalls calls;

  Transfers(HttpCalls calls) {
    this.calls = calls;
  }

  void write(FileRef file, long offset, ByteBuffer bytes, @Nullable Digest expected)
      throws IOException {
    if (offset < 0) {
      throw new IllegalArgumentException("The offset " + offset + " must not be negative.");
    }
    ByteBuffer left = bytes.duplicate();
    if (expected != null) {
      if (left.remaining() > Limits.BODY_BYTES) {
        throw new IllegalArgumentException(
            "A verified write may have " + Limits.BODY_BYTES + " bytes at most, not "
                + left.remaining()
                + ".");
      }
      writeOnce(file, offset, left, expected);
      return;
    }
    do {
      ByteBuffer step = left.slice(left.position(), Math.min(left.remaining(), STEP_BYTES));
      writeOnce(file, offset + left.position() - bytes.position(), step, null);
      left.position(left.position() + step.remaining());
    } while (left.hasRemaining());
  }

  /** Writes all bytes of a stream. Returns how many there were. */
  long write(FileRef file, long offset, InputStream from) throws IOException {
    byte[] step = new byte[STEP_BYTES];
    long written = 0;
    while (true) {
      int count = from.readNBytes(step, 0, step.length);
      if (count > 0 || written == 0) {
        write(file, offset + written, ByteBuffer.wrap(step, 0, count), null);
      }
      written += count;
      if (count < step.length) {
        return written;
      }
    }
  }

  private void writeOnce(FileRef file, long offset, ByteBuffer bytes, @Nullable Digest expected)
      throws IOException {
    if (file instanceof RootPath path && path.root().equals(Batch.UNNAMED_ROOT)) {
      List<Extent> one = List.of(new Extent(path, offset, bytes, expected));
      calls.call(Batch.request(one), answer -> Batch.results(answer, 1)).get(0).orThrow();
      return;
    }
    Request request =
        switch (file) {
          case RootPath path -> Request.post("/write/" + Texts.percentEncoded(path.root()))
              .header("X-Path-Base64", Texts.base64(path.path()))
              .header("X-Offset", offset);
          case FileHandle handle ->
              Request.of("PATCH", handle.target() + "/write?offset=" + offset);
        };
    if (expected != null) {
      request = request.header(expected.algorithm().header(), expected.hex());
    }
    calls.run(request.body(List.of(bytes)));
  }

  void read(FileRef file, long offset, ByteBuffer into) throws IOException {
    calls.call(
        read(file, ByteRange.of(offset, into.remaining())),
        answer -> {
          while (into.hasRemaining()) {
            if (answer.body().read(into) < 0) {
              throw new EOFException("The daemon has sent less than was asked for.");
            }
          }
          answer.finish();
          return into;
        });
  }

  InputStream input(FileRef file, ByteRange range) throws IOException {
    return calls.stream(read(file, range)).body();
  }

  private static Request read(FileRef file, ByteRange range) {
    OptionalLong length = range.length();
    switch (file) {
      case RootPath path -> {
        Request request =
            Request.get("/read/" + Texts.percentEncoded(path.root()))
                .header("X-Path-Base64", Texts.base64(path.path()))
                .header("X-Offset", range.offset());
        return length.isPresent() ? request.header("X-Length", length.getAsLong()) : request;
      }
      case FileHandle handle -> {
        String target = handle.target() + "/read?offset=" + range.offset();
        return Request.get(length.isPresent() ? target + "&length=" + length.getAsLong() : target);
      }
    }
  }
}
