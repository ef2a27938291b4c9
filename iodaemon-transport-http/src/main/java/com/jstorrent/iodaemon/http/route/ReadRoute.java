package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.FileService.OpenFile;
import com.jstorrent.iodaemon.file.SafePath;
import java.util.Map;
import java.util.OptionalLong;

/** {@code GET /read/{root_key}}: exactly the bytes asked for (PROTOCOL.md § 5.1). */
final class ReadRoute implements Route.Handler {
  private static final int OK = 200;

  private final FileService files;
  private final PieceBuffers buffers = new PieceBuffers();

  ReadRoute(FileService files) {
    this.files = files;
  }

  @Override
  public Reply answer(Call call) throws OperationFailure {
    SafePath path = FileHeaders.path(call);
    long offset = FileHeaders.offset(call);
    OptionalLong wanted = FileHeaders.length(call);
    OpenFile file = files.openForReading(call.pathVariables().get(0), path);
    boolean answered = false;
    try {
      long length = wanted.orElse(file.size() - offset);
      if (length < 0 || offset + length > file.size()) {
        throw new OperationFailure(
            FailureCode.ERANGE,
            "The range ends behind the file, which has %d bytes.".formatted(file.size()));
      }
      FileSource source = FileSource.open(file, offset, length, buffers);
      answered = true;
      return new Reply(
          OK, Map.of(), new Reply.Streamed("application/octet-stream", length, source));
    } finally {
      if (!answered) {
        file.close();
      }
    }
  }
}
