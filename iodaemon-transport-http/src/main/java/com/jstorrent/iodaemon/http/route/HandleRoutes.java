package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandle;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Operations on files by handle (PROTOCOL.md § 5.2). */
final class HandleRoutes {
  private final FileService files;
  private final FileHandles handles;
  private final RequestedFiles requested;

  HandleRoutes(FileService files, FileHandles handles, RequestedFiles requested) {
    this.files = files;
    this.handles = handles;
    this.requested = requested;
  }

  Reply open(Call call, JsonBody body) throws OperationFailure {
    String session = call.header("X-JST-Session");
    FileLocation location = requested.file(body);
    FileHandles.Opened opened =
        handles.open(location, FileHandle.Mode.of(body.text("mode")), session);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("fileId", opened.handle().id());
    fields.put("size", opened.size());
    return Reply.json(Json.write(fields));
  }

  private FileHandle handle(Call call) throws OperationFailure {
    return handles.require(call.pathVariables().get(0));
  }

  ReadRoute.Range readRange(Call call) throws OperationFailure {
    return new ReadRoute.Range(
        handle(call),
        Numbers.parse("parameter offset", call.query().get("offset")).orElse(0),
        Numbers.parse("parameter length", call.query().get("length")));
  }

  WriteRoute.Target writeTarget(Call call) throws OperationFailure {
    FileHandle handle = handle(call);
    long offset = Numbers.parse("parameter offset", call.query().get("offset")).orElse(0);
    FileHandle.Writing writing = handle.write();
    return new WriteRoute.Target(handle, false, offset, writing::close);
  }

  Reply flush(Call call) throws OperationFailure {
    FileHandle handle = handle(call);
    FileHandle.Writing writing = handle.write();
    try {
      files.flush(handle);
    } finally {
      writing.close();
    }
    return Reply.empty();
  }

  Reply preallocate(Call call) throws OperationFailure {
    FileHandle handle = handle(call);
    long size =
        Numbers.parse("parameter size", call.query().get("size"))
            .orElseThrow(
                () -> new OperationFailure(FailureCode.EINVAL, "The parameter size is missing."));
    FileHandle.Writing writing = handle.write();
    try {
      switch (call.query().getOrDefault("mode", "sparse")) {
        case "sparse" -> files.extend(handle, size);
        case "full" -> {
          if (!files.reserve(handle, size, handle::isClosed)) {
            throw new OperationFailure(
                FailureCode.ENOENT, "The handle was closed while room was being reserved.");
          }
        }
        default ->
            throw new OperationFailure(
                FailureCode.EINVAL, "The mode must be \"sparse\" or \"full\".");
      }
    } finally {
      writing.close();
    }
    return Reply.empty();
  }

  Reply close(Call call) throws OperationFailure {
    handles.close(call.pathVariables().get(0));
    return Reply.empty();
  }
}
