package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.hash.FileDigests;
import com.jstorrent.iodaemon.hash.FileRange;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.MerkleTree;
import com.jstorrent.iodaemon.hash.Piece.TorrentFile;
import com.jstorrent.iodaemon.json.Json;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Digests of files and of ranges of files (PROTOCOL.md § 5.3). */
final class FileHashRoutes {
  private final FileDigests digests;
  private final RequestedFiles requested;

  FileHashRoutes(FileDigests digests, RequestedFiles requested) {
    this.digests = digests;
    this.requested = requested;
  }

  Route.Handler file(HashAlgorithm algorithm) {
    return call -> {
      FileLocation location = requested.ofPath(call);
      long offset = Numbers.parse("parameter offset", call.query().get("offset")).orElse(0);
      long length =
          Numbers.parse("parameter length", call.query().get("length"))
              .orElse(FileRange.TO_THE_END);
      byte[] digest =
          digests.digest(algorithm, List.of(new FileRange(location, offset, length)));
      return Reply.text(HexFormat.of().formatHex(digest));
    };
  }

  Reply ranges(Call call, JsonBody body) throws OperationFailure {
    HashAlgorithm algorithm = HashAlgorithm.of(body.text("algorithm"));
    List<FileRange> ranges = new ArrayList<>();
    for (JsonBody range : body.objects("fileRanges")) {
      ranges.add(
          new FileRange(
              requested.fileOrHandle(range),
              range.optionalNumber("offset").orElse(0),
              range.optionalNumber("length").orElse(FileRange.TO_THE_END)));
    }
    byte[] digest = digests.digest(algorithm, ranges);
    return Reply.json(Json.write(Map.of("digest", HexFormat.of().formatHex(digest))));
  }

  Reply pieces(Call call, JsonBody body) throws OperationFailure {
    HashAlgorithm algorithm = HashAlgorithm.of(body.text("algorithm"));
    long pieceLength = body.number("pieceLength");
    boolean merkle = body.flag("merkle");
    if (pieceLength < 1 || pieceLength > Limits.PIECE_BYTES) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "The field \"pieceLength\" must be from 1 to " + Limits.PIECE_BYTES + ".");
    }
    if (merkle && (pieceLength < MerkleTree.BLOCK_BYTES || Long.bitCount(pieceLength) != 1)) {
      throw new OperationFailure(
          FailureCode.EINVAL,
          "With \"merkle\" the field \"pieceLength\" must be a power of two, at least "
              + MerkleTree.BLOCK_BYTES
              + ".");
    }
    if (merkle && algorithm != HashAlgorithm.SHA256) {
      throw new OperationFailure(
          FailureCode.EINVAL, "With \"merkle\" the algorithm must be \"sha256\".");
    }
    List<TorrentFile> files = new ArrayList<>();
    for (JsonBody file : body.objects("files")) {
      files.add(new TorrentFile(requested.fileOrHandle(file), file.number("length")));
    }
    DigestLines lines = new DigestLines(digests, algorithm, (int) pieceLength, merkle, files);
    return new Reply(
        Reply.OK, Map.of(), new Reply.Streamed("application/x-ndjson", Reply.UNKNOWN, lines));
  }
}
