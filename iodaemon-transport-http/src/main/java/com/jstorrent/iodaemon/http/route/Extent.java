package com.jstorrent.iodaemon.http.route;

import com.jstorrent.iodaemon.config.Limits;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.hash.Expected;
import com.jstorrent.iodaemon.hash.HashAlgorithm;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write of a batch (PROTOCOL.md § 5.6):
 *
 * <pre>
 *  byte 0      digest: 0 none, see {@link HashAlgorithm#code}
 *  byte 1      length of the root key
 *  byte 2-3    length of the path
 *  byte 4-7    length of the data
 *  byte 8-15   offset in the file
 *  then        root key, path, digest (of its algorithm's length), data
 * </pre>
 *
 * @param name its root key and path, which are decoded when they are needed: a batch may have many
 * @param expected null when there is no digest
 * @param data to be written
 */
record Extent(
    EncodedName name, long offset, @Nullable Expected expected, List<ByteBuffer> data) {
  private static final int HEAD_BYTES = 16;

  /** What one extent takes on the heap, with the views of its parts. */
  static final long HEAP_BYTES = 512;

  /** Root key and path as they arrived; both are valid UTF-8. */
  record EncodedName(int rootLength, List<ByteBuffer> bytes) {
    Name decoded() throws CharacterCodingException {
      PartedBytes rest = new PartedBytes(bytes.stream().map(ByteBuffer::duplicate).toList());
      return new Name(utf8(rest.copy(rootLength)), utf8(rest.copy((int) rest.remaining())));
    }

    private static String utf8(ByteBuffer text) throws CharacterCodingException {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    }
  }

  /** Where an extent is to be written. */
  record Name(String root, String path) {}

  /**
   * How many extents a batch has; for a malformed batch it may be fewer.
   *
   * @throws OperationFailure EINVAL when there are too many, or one names an unknown digest
   */
  static int count(PartedBytes batch) throws OperationFailure {
    int count = 0;
    while (batch.remaining() >= HEAD_BYTES) {
      if (count == Limits.BATCH_EXTENTS) {
        throw new OperationFailure(
            FailureCode.EINVAL,
            "A batch may have " + Limits.BATCH_EXTENTS + " extents at most; nothing was written.");
      }
      ByteBuffer head = batch.copy(HEAD_BYTES);
      HashAlgorithm algorithm = algorithm(head.get(), count);
      int rootLength = Byte.toUnsignedInt(head.get());
      int pathLength = Short.toUnsignedInt(head.getShort());
      long dataLength = Integer.toUnsignedLong(head.getInt());
      int digestLength = algorithm == null ? 0 : algorithm.length();
      batch.skip(rootLength + pathLength + digestLength + dataLength);
      count++;
    }
    return count;
  }

  /**
   * Parses a batch; the data are views of it.
   *
   * @throws OperationFailure EINVAL when it is malformed
   */
  static List<Extent> all(PartedBytes batch) throws OperationFailure {
    List<Extent> extents = new ArrayList<>();
    while (batch.hasRemaining()) {
      extents.add(next(batch, extents.size()));
    }
    return extents;
  }

  private static Extent next(PartedBytes in, int number) throws OperationFailure {
    if (in.remaining() < HEAD_BYTES) {
      throw malformed(number, "its head is cut off");
    }
    ByteBuffer head = in.copy(HEAD_BYTES);
    HashAlgorithm algorithm = algorithm(head.get(), number);
    int rootLength = Byte.toUnsignedInt(head.get());
    int pathLength = Short.toUnsignedInt(head.getShort());
    long dataLength = Integer.toUnsignedLong(head.getInt());
    long offset = Numbers.checked("offset of extent " + number, head.getLong());
    int digestLength = algorithm == null ? 0 : algorithm.length();
    if (in.remaining() < rootLength + pathLength + digestLength + dataLength) {
      throw malformed(number, "it is longer than the body");
    }
    EncodedName name = new EncodedName(rootLength, in.take(rootLength + pathLength));
    requireText(name, number);
    String digest = HexFormat.of().formatHex(in.copy(digestLength).array());
    Expected expected = algorithm == null ? null : Expected.parse(algorithm, digest);
    return new Extent(name, offset, expected, in.take(dataLength));
  }

  private static @Nullable HashAlgorithm algorithm(byte code, int number)
      throws OperationFailure {
    if (code == 0) {
      return null;
    }
    for (HashAlgorithm algorithm : HashAlgorithm.values()) {
      if (algorithm.code() == code) {
        return algorithm;
      }
    }
    throw malformed(number, "its digest is of an unknown kind");
  }

  private static void requireText(EncodedName name, int number) throws OperationFailure {
    try {
      name.decoded();
    } catch (CharacterCodingException e) {
      throw malformed(number, "its names are not in UTF-8");
    }
  }

  private static OperationFailure malformed(int number, String why) {
    return new OperationFailure(
        FailureCode.EINVAL,
        "Extent " + number + " of the batch is malformed: " + why + "; nothing was written.");
  }
}
