package com.jstorrent.iodaemon.launcher;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Finds the names that may have been meant by one that does not exist. The parser's own suggestions look at the
 * first two letters only.
 */
final class Suggestion {
  private static final int MOST = 3;
  private static final int FARTHEST = 2;

  private Suggestion() {}

  /**
   * A question that names what may have been meant, such as {@code "; did you mean --port?"}; only a
   * full stop when nothing is similar. It never contains what was written, which may be a secret.
   */
  static String of(String written, Collection<String> names) {
    String wanted = bare(written);
    List<String> similar =
        names.stream()
            .filter(name -> wanted.length() > 1 && bare(name).startsWith(wanted))
            .toList();
    if (similar.isEmpty()) {
      int nearest = names.stream().mapToInt(name -> distance(wanted, bare(name))).min().orElse(0);
      similar =
          nearest > FARTHEST || nearest * 2 > wanted.length()
              ? List.of()
              : names.stream().filter(name -> distance(wanted, bare(name)) == nearest).toList();
    }
    return similar.isEmpty()
        ? "."
        : "; did you mean "
            + String.join(" or ", similar.subList(0, Math.min(similar.size(), MOST)))
            + "?";
  }

  /** The name without the dashes before it and the value after it. */
  private static String bare(String name) {
    int equals = name.indexOf('=');
    String without = equals < 0 ? name : name.substring(0, equals);
    return without.replaceFirst("^-+", "").replace('_', '-').toLowerCase(Locale.ROOT);
  }

  /** How many letters differ, are missing, are too many, or are swapped with their neighbour. */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = Math.max(i, j);
        if (i > 0 && j > 0) {
          int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
          cost[i][j] =
              Math.min(
                  cost[i - 1][j - 1] + change, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
          if (i > 1
              && j > 1
              && a.charAt(i - 1) == b.charAt(j - 2)
              && a.charAt(i - 2) == b.charAt(j - 1)) {
            cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
          }
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
