package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.hash.FileDigests;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import com.jstorrent.iodaemon.hash.MerkleTree;
import com.jstorrent.iodaemon.hash.Piece;
import com.jstorrent.iodaemon.hash.Piece.TorrentFile;
import com.jstorrent.iodaemon.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The digests of the pieces of a torrent, one line of JSON each, sent as they are computed
 * (PROTOCOL.md § 5.3). Used once, by one thread.
 */
final class DigestLines implements Reply.Source {
  private static final int SEND_BYTES = 16 << 10;

  private final FileDigests digests;
  private final HashAlgorithm algorithm;
  private final int pieceLength;
  private final boolean merkle;
  private final List<TorrentFile> files;
  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  DigestLines(
      FileDigests digests,
      HashAlgorithm algorithm,
      int pieceLength,
      boolean merkle,
      List<TorrentFile> files) {
    this.digests = digests;
    this.algorithm = algorithm;
    this.pieceLength = pieceLength;
    this.merkle = merkle;
    this.files = files;
  }

  @Override
  public void writeTo(WritableByteChannel out) throws IOException {
    try {
      if (merkle) {
        for (TorrentFile file : files) {
          writeTree(out, file);
        }
      } else {
        digests.pieces(
            algorithm,
            false,
            Piece.across(files, pieceLength),
            (digest, pause) -> {
              line(hex(digest));
              sendIf(pause, out);
            });
      }
    } catch (OperationFailure e) {
      throw new IOException(e.getMessage()); // too late for an error status
    }
    sendIf(true, out);
  }

  /** The piece layer of a file, unless it has a single piece, and its Merkle root (BEP 52). */
  private void writeTree(WritableByteChannel out, TorrentFile file)
      throws OperationFailure, IOException {
    boolean layered = file.length() > pieceLength;
    MerkleTree top = new MerkleTree(algorithm);
    boolean[] missing = {false};
    digests.pieces(
        algorithm,
        true,
        Piece.of(file, pieceLength),
        (digest, pause) -> {
          if (layered) {
            line(hex(digest));
          }
          if (digest == null) {
            missing[0] = true;
          } else {
            top.add(digest);
          }
          sendIf(pause, out);
        });
    boolean hasRoot = !missing[0] && file.length() > 0;
    line(
        Collections.singletonMap(
            "root",
            hasRoot
                ? hex(top.rootOver(layered ? pieceLength / MerkleTree.BLOCK_BYTES : 1))
                : null));
  }

  private static @Nullable String hex(byte @Nullable [] digest) {
    return digest == null ? null : HexFormat.of().formatHex(digest);
  }

  private void line(@Nullable Object value) {
    lines.writeBytes(Json.write(value).getBytes(StandardCharsets.US_ASCII));
    lines.write('\n');
  }

  private void sendIf(boolean pause, WritableByteChannel out) throws IOException {
    if (lines.size() > 0 && (pause || lines.size() >= SEND_BYTES)) {
      ByteBuffer bytes = ByteBuffer.wrap(lines.toByteArray());
      lines.reset();
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    // There is nothing to release.
  }
}
