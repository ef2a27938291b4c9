package com.jstorrent.iodaemon.client.files;

import com.jstorrent.iodaemon.config.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Digests that the daemon computes (PROTOCOL.md § 5.3). Its methods block and throw like those of
 * {@link FilesClient}. Immutable and thread-safe.
 */
public final class Hashes {
  private static final int BLOCK_BYTES = 16 << 10;

  private final HttpCalls calls;

  Hashes(HttpCalls calls) {
    this.calls = calls;
  }

  /**
   * The digest of the caller's bytes, 64 MiB at most.
   *
   * @param bytes those from position to limit; the call changes neither
   * @throws IllegalArgumentException when there are too many bytes
   */
  public Digest digest(DigestAlgorithm algorithm, ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > Limits.BODY_BYTES) {
      throw new IllegalArgumentException(
          "The daemon takes " + Limits.BODY_BYTES + " bytes at most, not " + bytes.remaining()
              + ".");
    }
    Request request =
        Request.post("/hash/" + algorithm.label()).body(List.of(bytes.duplicate()));
    byte[] digest =
        calls.call(request, answer -> answer.body().readNBytes(algorithm.length() + 1));
    if (digest.length != algorithm.length()) {
      throw new IOException("The daemon has sent an invalid digest.");
    }
    return new Digest(algorithm, HexFormat.of().formatHex(digest));
  }

  /** The digest of a whole file. This takes long for a large file: see {@link FilesClient#within}. */
  public Digest digest(DigestAlgorithm algorithm, FileRef file) throws IOException {
    return digest(algorithm, List.of(new FileRange(file, ByteRange.whole())));
  }

  /**
   * One digest over several ranges in order, for instance of a piece that spans several files.
   *
   * @throws FilesException with the status 416 and the code {@code ERANGE} when a file is shorter than its range
   */
  public Digest digest(DigestAlgorithm algorithm, List<FileRange> ranges) throws IOException {
    List<Object> fields = new ArrayList<>();
    for (FileRange each : ranges) {
      Map<String, Object> range = named(each.file());
      range.put("offset", each.range().offset());
      each.range().length().ifPresent(length -> range.put("length", length));
      fields.add(range);
    }
    Request request =
        Request.post("/hash/from-file")
            .json(Map.of("algorithm", algorithm.label(), "fileRanges", fields));
    return read(algorithm, calls.call(request, Answer::object).text("digest"));
  }

  /**
   * The digest of each piece of several files laid end to end, like those of a torrent.
   *
   * @param pieceLength in bytes, 256 MiB at most; the last piece may be shorter
   * @return the digests of all pieces in order, as they are computed; must be closed
   * @throws IllegalArgumentException when the pieces have an impossible length
   */
  public HashStream<PieceDigest> pieces(
      DigestAlgorithm algorithm, int pieceLength, List<SizedFile> files) throws IOException {
    requirePieces(pieceLength, 1);
    long total = files.stream().mapToLong(SizedFile::length).reduce(0, Math::addExact);
    Stream<HashStream.LineReader<PieceDigest>> lines =
        LongStream.range(0, pieces(total, pieceLength))
            .mapToObj(
                index -> json -> new PieceDigest(index, optional(algorithm, json)));
    return open(request(algorithm, pieceLength, files), lines.iterator());
  }

  /**
   * The hashes of BitTorrent v2 (BEP 52): for each file its piece layer, unless it has one piece only, and then its
   * root.
   *
   * @param pieceLength in bytes: a power of two from 16 KiB to 256 MiB
   * @return the hashes in order, as they are computed; must be closed
   * @throws IllegalArgumentException when the pieces have an impossible length
   */
  public HashStream<MerkleHash> merkle(int pieceLength, List<SizedFile> files)
      throws IOException {
    requirePieces(pieceLength, BLOCK_BYTES);
    if (Integer.bitCount(pieceLength) != 1) {
      throw new IllegalArgumentException(
          "The length of pieces must be a power of two, not " + pieceLength + ".");
    }
    Map<String, Object> fields = request(DigestAlgorithm.SHA256, pieceLength, files);
    fields.put("merkle", true);
    return open(fields, new MerkleLines(pieceLength, files.iterator()));
  }

  /** What each line is: for each file its layer, piece after piece, and then its root. */
  private static final class MerkleLines implements Iterator<HashStream.LineReader<MerkleHash>> {
    private final int pieceLength;
    private final Iterator<SizedFile> files;
    private int file = -1;
    private long layer; // how many pieces the file's layer has
    private long next; // the next piece; greater than layer once the root has been read

    MerkleLines(int pieceLength, Iterator<SizedFile> files) {
      this.pieceLength = pieceLength;
      this.files = files;
      this.next = 1;
    }

    @Override
    public boolean hasNext() {
      return next <= layer || files.hasNext();
    }

    @Override
    public HashStream.LineReader<MerkleHash> next() {
      if (next > layer) {
        long length = files.next().length();
        layer = length > pieceLength ? pieces(length, pieceLength) : 0;
        next = 0;
        file++;
      }
      int of = file;
      long piece = next++;
      return piece < layer
          ? json -> new MerkleHash.Layer(of, piece, optional(DigestAlgorithm.SHA256, json))
          : json -> new MerkleHash.Root(
              of, optional(DigestAlgorithm.SHA256, JsonAnswer.of(json).fields().get("root")));
    }
  }

  private <T> HashStream<T> open(
      Map<String, Object> fields, Iterator<HashStream.LineReader<T>> lines) throws IOException {
    Answer answer = calls.stream(Request.post("/hash/pieces").json(fields));
    return new HashStream<>(answer.body(), lines);
  }

  private static Map<String, Object> request(
      DigestAlgorithm algorithm, int pieceLength, List<SizedFile> files) {
    List<Object> all = new ArrayList<>();
    for (SizedFile each : files) {
      Map<String, Object> file = named(each.file());
      file.put("length", each.length());
      all.add(file);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("algorithm", algorithm.label());
    fields.put("pieceLength", pieceLength);
    fields.put("files", all);
    return fields;
  }

  private static Map<String, Object> named(FileRef file) {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (file) {
      case RootPath path -> {
        fields.put("root_key", path.root());
        fields.put("path", path.path());
      }
      case FileHandle handle -> fields.put("fileId", handle.id());
    }
    return fields;
  }

  private static void requirePieces(int pieceLength, int least) {
    if (pieceLength < least || pieceLength > Limits.PIECE_BYTES) {
      throw new IllegalArgumentException(
          "The length of pieces must be from " + least + " to " + Limits.PIECE_BYTES + ", not "
              + pieceLength + ".");
    }
  }

  private static long pieces(long length, int pieceLength) {
    return Math.ceilDiv(length, pieceLength);
  }

  private static @Nullable Digest optional(DigestAlgorithm algorithm, @Nullable Object json)
      throws IOException {
    return json == null ? null : read(algorithm, json);
  }

  private static Digest read(DigestAlgorithm algorithm, Object json) throws IOException {
    if (json instanceof String hex) {
      try {
        return new Digest(algorithm, hex);
      } catch (IllegalArgumentException e) {
        throw new IOException("The daemon has sent an invalid digest.", e);
      }
    }
    throw new IOException("The daemon has sent an invalid digest.");
  }
}
