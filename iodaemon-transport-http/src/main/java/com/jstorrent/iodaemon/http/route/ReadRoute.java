package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.LocatedFile;
import com.jstorrent.iodaemon.file.OpenFile;
import java.util.Map;
import java.util.OptionalLong;

/** Answers with exactly the bytes that are asked for (PROTOCOL.md § 5.1 and § 5.2). */
final class ReadRoute implements Route.Handler {
  private final FileService files;
  private final AnswerBuffers buffers;
  private final RangeParser parser;

  /**
   * @param parser determines what a request asks for
   */
  ReadRoute(FileService files, AnswerBuffers buffers, RangeParser parser) {
    this.files = files;
    this.buffers = buffers;
    this.parser = parser;
  }

  /** The bytes that a request asks for. */
  record Range(LocatedFile file, long offset, OptionalLong length) {}

  /** Parses what a request asks for. */
  @FunctionalInterface
  interface RangeParser {
    Range parse(Call call) throws OperationFailure;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure {
    Range range = parser.parse(call);
    OpenFile file = files.openForReading(range.file());
    boolean answered = false;
    try {
      long length = range.length().orElse(file.size() - range.offset());
      if (length < 0 || range.offset() + length > file.size()) {
        throw new OperationFailure(
            FailureCode.ERANGE,
            "The range ends after the end of the file, which has %d bytes.".formatted(file.size()));
      }
      FileSource source = FileSource.open(file, range.offset(), length, buffers);
      answered = true;
      return new Reply(
          Reply.OK, Map.of(), new Reply.Streamed("application/octet-stream", length, source));
    } finally {
      if (!answered) {
        file.close();
      }
    }
  }
}
