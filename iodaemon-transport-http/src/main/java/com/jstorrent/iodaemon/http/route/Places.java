package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileHandles;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.LocatedFile;
import com.jstorrent.iodaemon.file.SafePath;
import org.jspecify.annotations.Nullable;

/** The ways in which requests name files. */
final class Places {
  private final FileService files;
  private final FileHandles handles;

  Places(FileService files, FileHandles handles) {
    this.files = files;
    this.handles = handles;
  }

  ReadRoute.Range readWish(Call call) throws OperationFailure {
    FileLocation place = ofHeaders(call);
    long offset = Numbers.parse("header X-Offset", call.header("X-Offset")).orElse(0);
    return new ReadRoute.Range(
        place, offset, Numbers.parse("header X-Length", call.header("X-Length")));
  }

  WriteRoute.Target writeWish(Call call) throws OperationFailure {
    FileLocation place = ofHeaders(call);
    long offset = Numbers.parse("header X-Offset", call.header("X-Offset")).orElse(0);
    return new WriteRoute.Target(place, true, offset, WriteRoute.Hold.NOTHING);
  }

  /** By the root in the path and {@code X-Path-Base64}. */
  private FileLocation ofHeaders(Call call) throws OperationFailure {
    String encoded = call.header("X-Path-Base64");
    if (encoded == null) {
      throw new OperationFailure(FailureCode.EINVAL, "The header X-Path-Base64 is missing.");
    }
    return files.fileLocation(call.pathVariables().get(0), SafePath.ofBase64(encoded));
  }

  /** By {@code root_key} and {@code path} of the query; an empty path is the root itself. */
  FileLocation ofQuery(Call call) throws OperationFailure {
    return files.location(required(call, "root_key"), SafePath.of(required(call, "path")));
  }

  /** By the rest of the path, and {@code root_key} or {@code root_token} of the query. */
  FileLocation ofPath(Call call) throws OperationFailure {
    String root = call.query().get("root_token");
    return files.fileLocation(
        root != null ? root : required(call, "root_key"),
        SafePath.of(call.pathVariables().get(0)));
  }

  /** By {@code root_key} and a field with the path; an empty path is the root itself. */
  FileLocation of(JsonBody body, String pathField) throws OperationFailure {
    return files.location(body.text("root_key"), SafePath.of(body.text(pathField)));
  }

  /** The same for a file. */
  FileLocation file(JsonBody body) throws OperationFailure {
    return files.fileLocation(body.text("root_key"), SafePath.of(body.text("path")));
  }

  /** By {@code fileId}, or as {@link #file}. */
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
