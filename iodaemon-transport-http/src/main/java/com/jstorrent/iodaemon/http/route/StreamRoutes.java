package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandle;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.OpenFile;
import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.stream.StreamService;
import com.jstorrent.iodaemon.stream.StreamTickets;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Streams files to media players (PROTOCOL.md § 5.5). */
final class StreamRoutes {
  private static final int PARTIAL = 206;
  private static final int NOT_SATISFIABLE = 416;
  private static final long DEFAULT_TICKET_SECONDS = 3600;

  private final FileService files;
  private final FileHandles handles;
  private final StreamService streams;
  private final AnswerBuffers buffers;
  private final StreamTickets tickets;

  StreamRoutes(
      FileService files,
      FileHandles handles,
      StreamService streams,
      AnswerBuffers buffers,
      StreamTickets tickets) {
    this.files = files;
    this.handles = handles;
    this.streams = streams;
    this.buffers = buffers;
    this.tickets = tickets;
  }

  Reply byHandle(Call call) throws OperationFailure, IOException {
    return stream(call, handles.require(call.pathVariables().get(0)));
  }

  /** The name at the end of the path is ignored: it only tells the player what the file is. */
  Reply byTicket(Call call) throws OperationFailure, IOException {
    String fileId = tickets.fileId(call.pathVariables().get(0));
    call.exemptFromEviction();
    return stream(call, handles.require(fileId));
  }

  Reply ticket(Call call, JsonBody body) throws OperationFailure {
    FileHandle handle = handles.require(body.text("fileId"));
    long seconds = body.optionalNumber("ttlSeconds").orElse(DEFAULT_TICKET_SECONDS);
    if (seconds < 1 || seconds > Limits.TICKET_LIFE.toSeconds()) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "The field \"ttlSeconds\" must be from 1 to " + Limits.TICKET_LIFE.toSeconds() + ".");
    }
    String ticket = tickets.issue(handle.id(), Duration.ofSeconds(seconds));
    String name =
        URLEncoder.encode(handle.location().path().name(), StandardCharsets.UTF_8)
            .replace("+", "%20");
    return Reply.json(Json.write(Map.of("url", "/stream/t/" + ticket + "/" + name)));
  }

  private Reply stream(Call call, FileHandle handle) throws OperationFailure, IOException {
    OpenFile file = files.openForReading(handle);
    boolean answered = false;
    try {
      String tag = tag(handle, file.size());
      switch (Preconditions.of(call, tag)) {
        case NOT_MODIFIED -> {
          return identified(Reply.notModified(), tag);
        }
        case FAILED -> {
          return identified(stale(), tag);
        }
        case HOLD -> {
        }
      }
      Reply reply =
          switch (Preconditions.range(call, tag, file.size())) {
            case ByteRange.Whole whole -> reply(Reply.OK, call, handle, file, 0, file.size() - 1);
            case ByteRange.Part part ->
                reply(PARTIAL, call, handle, file, part.start(), part.end());
            case ByteRange.Unsatisfiable none -> unsatisfiable(file.size());
          };
      answered = reply.body() instanceof Reply.Streamed;
      return common(reply, tag, handle.location().path().name());
    } finally {
      if (!answered) {
        file.close();
      }
    }
  }

  /**
   * Changes with the handle and the length only. Bytes that are downloaded later do not make another
   * version of the file, since players never get bytes that are still missing.
   */
  private static String tag(FileHandle handle, long size) {
    return "\"%s-%d\"".formatted(handle.tag(), size);
  }

  private Reply reply(
      int status, Call call, FileHandle handle, OpenFile file, long start, long end)
      throws OperationFailure, IOException {
    StreamSource source =
        new StreamSource(streams, buffers, handle, file, call, new ByteRange.Part(start, end));
    if (!call.isHead()) {
      try {
        source.awaitNext(); // before the head is sent, so that a refusal gets an error status
      } catch (OperationFailure e) {
        if (e.code() == FailureCode.ERANGE) {
          return unsatisfiable(file.size());
        }
        throw e;
      }
    }
    String type = MediaTypes.of(handle.location().path().name());
    Reply reply = new Reply(status, Map.of(), new Reply.Streamed(type, end - start + 1, source));
    return status == PARTIAL
        ? reply.with("Content-Range", "bytes %d-%d/%d".formatted(start, end, file.size()))
        : reply;
  }

  private static Reply unsatisfiable(long size) {
    return Reply.json(
        NOT_SATISFIABLE,
        Json.write(
            Map.of(
                "error", FailureCode.ERANGE.name(),
                "message", "The range is not satisfiable for this file.")))
        .with("Content-Range", "bytes */" + size);
  }

  private static Reply stale() {
    return Reply.json(
        FailureStatus.of(FailureCode.ESTALE),
        Json.write(
            Map.of(
                "error", FailureCode.ESTALE.name(),
                "message",
                "The stream has changed since the ETag in If-Match; request it again.")));
  }

  /** The page that plays the stream has another origin, so browsers need this permission. */
  private static Reply identified(Reply reply, String tag) {
    return reply.with("ETag", tag).with("Cross-Origin-Resource-Policy", "cross-origin");
  }

  private static Reply common(Reply reply, String tag, String name) {
    Reply complete = identified(reply, tag).with("Accept-Ranges", "bytes");
    return MediaTypes.of(name).equals(MediaTypes.UNKNOWN)
        ? complete
            .with("Content-Disposition", "attachment")
            .with("Content-Security-Policy", "sandbox; default-src 'none'")
        : complete;
  }
}
