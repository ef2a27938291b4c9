package com.jstorrent.iodaemon.hash;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The Merkle tree of BitTorrent version 2 (BEP 52): a binary tree of digests whose leaves are the
 * digests of 16 KiB blocks, padded with leaves of zeros to a power of two. Not thread-safe.
 */
public final class MerkleTree {
  /** The size of a block in bytes; the last block of a file may be shorter. */
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
   * The root over the nodes added so far; starts a new tree.
   *
   * @param width the number of nodes including padding, a power of two; 0 for the smallest that
   *     fits
   */
  public byte[] root(long width) {
    return root(width, new byte[digestLength]);
  }

  /**
   * The root over nodes that are themselves roots, padded with the roots of trees of zeros.
   *
   * @param leaves the number of leaves in each node's tree, a power of two
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
