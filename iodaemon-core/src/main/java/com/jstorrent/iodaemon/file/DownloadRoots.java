package com.jstorrent.iodaemon.file;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.FailureCode;
import com.jstorrent.iodaemon.failure.OperationFailure;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The download roots by key. The set is replaced as a whole. Thread-safe. */
public final class DownloadRoots {
  private volatile Map<String, DownloadRoot> roots = Map.of();
  private volatile Runnable onReplaced = () -> {};

  public DownloadRoots(Collection<DownloadRoot> roots) {
    replace(roots);
  }

  /**
   * @throws IllegalArgumentException when two roots have the same key
   */
  public void replace(Collection<DownloadRoot> replacement) {
    Map<String, DownloadRoot> byKey = new LinkedHashMap<>();
    for (DownloadRoot root : replacement) {
      if (byKey.put(root.key(), root) != null) {
        throw new IllegalArgumentException(
            "Two download roots have the key \"" + root.key() + "\".");
      }
    }
    roots = byKey;
    onReplaced.run();
  }

  /**
   * Sets the listener that is called after each replacement, on the replacing thread; it must not
   * block.
   */
  public void onReplaced(Runnable listener) {
    onReplaced = listener;
  }

  /** All roots, in the order of configuration. */
  public List<DownloadRoot> all() {
    return List.copyOf(roots.values());
  }

  /**
   * @throws OperationFailure EROOT when there is none with this key
   */
  public DownloadRoot require(String key) throws OperationFailure {
    DownloadRoot root = roots.get(key);
    if (root == null) {
      throw new OperationFailure(FailureCode.EROOT, "There is no download root with this key.");
    }
    return root;
  }
}
