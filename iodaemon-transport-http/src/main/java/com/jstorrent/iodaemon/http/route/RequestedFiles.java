package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.LocatedFile;
import com.jstorrent.iodaemon.file.SafePath;
import org.jspecify.annotations.Nullable;

/** Finds the files that requests name, in every way in which requests can name them. Thread-safe. */
final class RequestedFiles {
  private final FileService files;
  private final FileHandles handles;

  RequestedFiles(FileService files, FileHandles handles) {
    this.files = files;
    this.handles = handles;
  }

  ReadRoute.Range readRange(Call call) throws OperationFailure {
    FileLocation location = ofHeaders(call);
    long offset = Numbers.parse("header X-Offset", call.header("X-Offset")).orElse(0);
    return new ReadRoute.Range(
        location, offset, Numbers.parse("header X-Length", call.header("X-Length")));
  }

  WriteRoute.Target writeTarget(Call call) throws OperationFailure {
    FileLocation location = ofHeaders(call);
    long offset = Numbers.parse("header X-Offset", call.header("X-Offset")).orElse(0);
    return new WriteRoute.Target(location, true, offset, WriteRoute.Hold.NOTHING);
  }

  /** By the root in the path and the header {@code X-Path-Base64}. */
  private FileLocation ofHeaders(Call call) throws OperationFailure {
    String encoded = call.header("X-Path-Base64");
    if (encoded == null) {
      throw new OperationFailure(FailureCode.EINVAL, "The header X-Path-Base64 is missing.");
    }
    return files.fileLocation(call.pathVariables().get(0), SafePath.ofBase64(encoded));
  }

  /** By the parameters {@code root_key} and {@code path}; an empty path is the root itself. */
  FileLocation ofQuery(Call call) throws OperationFailure {
    return files.location(required(call, "root_key"), SafePath.of(required(call, "path")));
  }

  /** By the tail of the path, and the parameter {@code root_key} or {@code root_token}. */
  FileLocation ofPath(Call call) throws OperationFailure {
    String root = call.query().get("root_token");
    return files.fileLocation(
        root != null ? root : required(call, "root_key"),
        SafePath.of(call.pathVariables().get(0)));
  }

  /** By the field {@code root_key} and the given field; an empty path is the root itself. */
  FileLocation of(JsonBody body, String pathField) throws OperationFailure {
    return files.location(body.text("root_key"), SafePath.of(body.text(pathField)));
  }

  /** By the fields {@code root_key} and {@code path}; the path must not be empty. */
  FileLocation file(JsonBody body) throws OperationFailure {
    return files.fileLocation(body.text("root_key"), SafePath.of(body.text("path")));
  }

  /** By the field {@code fileId}, or else as {@link #file}. */
  LocatedFile fileOrHandle(JsonBody body) throws OperationFailure {
    String fileId = body.optionalText("fileId");
    return fileId == null ? file(body) : handles.require(fileId);
  }

  private static String required(Call call, String name) throws OperationFailure {
    @Nullable
    String value = call.query().get(name);
    if (value == null) {
      throw new OperationFailure(
          FailureCode.EINVAL, "The parameter " + name + " is missing.");
    }
    return value;
  }
}
