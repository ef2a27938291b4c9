package com.jstorrent.iodaemon.hash;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * A binary tree of digests, as BitTorrent version 2 has it (BEP 52): the leaves are digests of blocks
 * of 16 KiB, and what is missing to a power of two are leaves of zeros. Not thread-safe.
 */
public final class MerkleTree {
  /** Bytes of a block; the last one of a file may be shorter. */
  public static final int BLOCK_BYTES = 16 << 10;

  private final MessageDigest digest;
  private final int digestLength;
  private List<byte[]> nodes = new ArrayList<>();

  public MerkleTree(HashAlgorithm algorithm) {
    digest = algorithm.newDigest();
    digestLength = algorithm.length();
  }

  /** Adds the next node of the lowest layer. */
  public void add(byte[] node) {
    nodes.add(node);
  }

  /**
   * The root over the nodes so far.
   *
   * @param width how many there would be with the padding, a power of two; 0 for the next one
   */
  public byte[] root(long width) {
    return root(width, new byte[digestLength]);
  }

  /**
   * The root, with padding that stands for whole trees of zeros.
   *
   * @param leaves of each node's tree, a power of two
   */
  public byte[] rootOver(long leaves) {
    byte[] padding = new byte[digestLength];
    for (long width = 1; width < leaves; width *= 2) {
      padding = parent(padding, padding);
    }
    return root(0, padding);
  }

  private byte[] root(long width, byte[] zero) {
    long open = Math.max(width, Long.highestOneBit(Math.max(1, 2L * nodes.size() - 1)));
    List<byte[]> layer = nodes;
    byte[] padding = zero;
    for (; open > 1; open /= 2) {
      List<byte[]> above = new ArrayList<>((layer.size() + 1) / 2);
      for (int i = 0; i < layer.size(); i += 2) {
        above.add(parent(layer.get(i), i + 1 < layer.size() ? layer.get(i + 1) : padding));
      }
      padding = parent(padding, padding);
      layer = above;
    }
    nodes = new ArrayList<>();
    return layer.isEmpty() ? padding : layer.get(0);
  }

  private byte[] parent(byte[] left, byte[] right) {
    digest.update(left);
    return digest.digest(right);
  }
}
