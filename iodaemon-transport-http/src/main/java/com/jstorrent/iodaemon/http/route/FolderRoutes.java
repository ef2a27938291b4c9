package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.FolderNames;
import com.jstorrent.iodaemon.file.FolderService;
import com.jstorrent.iodaemon.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Operations on folders, and on files as a whole (PROTOCOL.md § 5.1). */
final class FolderRoutes {
  private final FileService files;
  private final FileHandles handles;
  private final RequestedFiles requested;
  private final HeldAnswers answers;

  FolderRoutes(
      FileService files, FileHandles handles, RequestedFiles requested, HeldAnswers answers) {
    this.files = files;
    this.handles = handles;
    this.requested = requested;
    this.answers = answers;
  }

  Reply ensure(Call call, JsonBody body) throws OperationFailure {
    files.folders().ensure(requested.of(body, "path"));
    return Reply.empty();
  }

  Reply status(Call call) throws OperationFailure {
    FolderService.Status status = files.folders().status(requested.ofQuery(call));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("size", status.size());
    fields.put("mtime", status.modifiedMillis());
    fields.put("is_directory", status.isFolder());
    fields.put("is_file", status.isFile());
    return Reply.json(Json.write(fields));
  }

  Reply list(Call call) throws OperationFailure {
    FileLocation folder = requested.ofQuery(call);
    return answers.json(
        call,
        0,
        answer -> {
          NameArray array = new NameArray(answer);
          try (FolderNames names = files.folders().names(folder)) {
            while (names.read(array)) {
              array.grow();
            }
          }
          array.end();
        });
  }

  Reply delete(Call call, JsonBody body) throws OperationFailure {
    files.folders().delete(requested.of(body, "path"));
    return Reply.empty();
  }

  Reply truncate(Call call, JsonBody body) throws OperationFailure {
    long length = body.number("length");
    files.truncate(requested.file(body), length);
    return Reply.empty();
  }

  Reply rename(Call call, JsonBody body) throws OperationFailure {
    FileLocation from = requested.of(body, "path");
    FileLocation to = requested.of(body, "to");
    files.folders().rename(from, to, () -> handles.renamed(from, to));
    return Reply.empty();
  }
}
