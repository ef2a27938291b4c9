package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.FolderService;
import com.jstorrent.iodaemon.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** Folders, and files as a whole (PROTOCOL.md § 5.1). */
final class FolderRoutes {
  private final FileService files;
  private final FileHandles handles;
  private final Places places;

  FolderRoutes(FileService files, FileHandles handles, Places places) {
    this.files = files;
    this.handles = handles;
    this.places = places;
  }

  Reply ensure(Call call, JsonBody body) throws OperationFailure {
    files.folders().ensure(places.of(body, "path"));
    return Reply.empty();
  }

  Reply status(Call call) throws OperationFailure {
    FolderService.Status status = files.folders().status(places.ofQuery(call));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("size", status.size());
    fields.put("mtime", status.modifiedMillis());
    fields.put("is_directory", status.isFolder());
    fields.put("is_file", status.isFile());
    return Reply.json(Json.write(fields));
  }

  Reply list(Call call) throws OperationFailure {
    return Reply.json(Json.write(files.folders().list(places.ofQuery(call))));
  }

  Reply delete(Call call, JsonBody body) throws OperationFailure {
    files.folders().delete(places.of(body, "path"));
    return Reply.empty();
  }

  Reply truncate(Call call, JsonBody body) throws OperationFailure {
    long length = body.number("length");
    files.truncate(places.file(body), length);
    return Reply.empty();
  }

  Reply rename(Call call, JsonBody body) throws OperationFailure {
    FileLocation from = places.of(body, "path");
    FileLocation to = places.of(body, "to");
    files.folders().rename(from, to, () -> handles.renamed(from, to));
    return Reply.empty();
  }
}
