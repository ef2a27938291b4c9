package com.jstorrent.iodaemon.hash;

import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The Merkle tree of BitTorrent version 2 (BEP 52): a binary tree of digests whose leaves are the
 * digests of 16 KiB blocks, padded with leaves of zeros to a power of two. It keeps at most one digest
 * per layer, however many leaves there are. Not thread-safe.
 */
public final class MerkleTree {
  /** The size of a block in bytes; the last block of a file may be shorter. */
  public static final int BLOCK_BYTES = 16 << 10;

  private final MessageDigest digest;
  private final int digestLength;
  private final Deque<Node> whole = new ArrayDeque<>(); // each of a higher layer than the one before it
  private long added;

  /** The root of a complete tree over 2^layer added nodes. */
  private static final class Node {
    private final int layer;
    private final byte[] value;

    private Node(int layer, byte[] value) {
      this.layer = layer;
      this.value = value;
    }
  }

  public MerkleTree(HashAlgorithm algorithm) {
    digest = algorithm.newDigest();
    digestLength = algorithm.length();
  }

  /** Adds the next node of the lowest layer. */
  public void add(byte[] node) {
    Node made = new Node(0, node);
    for (Node left; (left = whole.peek()) != null && left.layer == made.layer;) {
      whole.pop();
      made = new Node(left.layer + 1, parent(left.value, made.value));
    }
    whole.push(made);
    added++;
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
    long open = Math.max(width, Long.highestOneBit(Math.max(1, 2 * added - 1)));
    Node last = whole.poll();
    byte[] value = last == null ? zero : last.value;
    byte[] padding = zero;
    for (int layer = 0; 1L << layer < open; layer++) {
      if (last == null) {
        value = parent(value, value);
      } else if (layer >= last.layer) {
        Node left = whole.peek();
        value = left != null && left.layer == layer
            ? parent(whole.pop().value, value)
            : parent(value, padding);
      }
      padding = parent(padding, padding);
    }
    whole.clear();
    added = 0;
    return value;
  }

  private byte[] parent(byte[] left, byte[] right) {
    digest.update(left);
    return digest.digest(right);
  }
}
