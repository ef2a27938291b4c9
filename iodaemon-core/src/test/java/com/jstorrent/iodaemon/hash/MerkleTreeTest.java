package com.jstorrent.iodaemon.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with a tree that is built layer by layer from all leaves, padding included. */
class MerkleTreeTest {
  private static final HashAlgorithm ALGORITHM = HashAlgorithm.SHA256;
  private static final int MAX_LEAVES = 70;
  private static final int MAX_WIDTH = 256;

  private final MessageDigest digest = ALGORITHM.newDigest();

  private byte[] parent(byte[] left, byte[] right) {
    digest.update(left);
    return digest.digest(right);
  }

  private byte[] leaf(int index) {
    return digest.digest(new byte[] {(byte) index});
  }

  private byte[] naive(int count, long width, byte[] padding) {
    List<byte[]> layer = new ArrayList<>();
    for (int i = 0; i < Math.max(width, Math.max(1, count)) || Long.bitCount(layer.size()) != 1;
        i++) {
      layer.add(i < count ? leaf(i) : padding);
    }
    while (layer.size() > 1) {
      List<byte[]> above = new ArrayList<>();
      for (int i = 0; i < layer.size(); i += 2) {
        above.add(parent(layer.get(i), layer.get(i + 1)));
      }
      layer = above;
    }
    return layer.getFirst();
  }

  @Test
  void theRootIsThatOfThePaddedTree() {
    MerkleTree tree = new MerkleTree(ALGORITHM); // one for all: each root begins a new tree
    for (int count = 0; count <= MAX_LEAVES; count++) {
      for (long width = 0; width <= MAX_WIDTH; width = Math.max(1, 2 * width)) {
        for (int i = 0; i < count; i++) {
          tree.add(leaf(i));
        }
        assertThat(tree.root(width))
            .as("%d leaves, width %d", count, width)
            .isEqualTo(naive(count, width, new byte[ALGORITHM.length()]));
      }
    }
  }

  @Test
  void theRootOverRootsIsPaddedWithRootsOfZeros() {
    byte[] zeros = naive(0, 4, new byte[ALGORITHM.length()]);
    MerkleTree tree = new MerkleTree(ALGORITHM);
    for (int count = 1; count <= MAX_LEAVES; count++) {
      for (int i = 0; i < count; i++) {
        tree.add(leaf(i));
      }
      assertThat(tree.rootOver(4)).as("%d roots", count).isEqualTo(naive(count, 0, zeros));
    }
  }
}
