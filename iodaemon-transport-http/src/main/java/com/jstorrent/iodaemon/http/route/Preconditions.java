package com.jstorrent.iodaemon.http.route;

import java.util.List;

/**
 * The conditions of a request for something that has a strong entity tag and no date of modification:
 * fields with a date are ignored then (RFC 9110 § 13.1.3, § 13.1.4), and one in {@code If-Range} is
 * never the right one (§ 13.1.5).
 */
enum Preconditions {
  /** The request is to be answered. */
  HOLD,
  /** 304: the client has it. */
  NOT_MODIFIED,
  /** 412: it is not what the client wants it to be. */
  FAILED;

  /** In the order of § 13.2.2, for GET and HEAD. */
  static Preconditions of(Call call, String tag) {
    List<String> wanted = call.headers("If-Match");
    if (!wanted.isEmpty() && !EntityTags.of(wanted).matchesStrongly(tag)) {
      return FAILED;
    }
    List<String> known = call.headers("If-None-Match");
    return !known.isEmpty() && EntityTags.of(known).matchesWeakly(tag) ? NOT_MODIFIED : HOLD;
  }

  /** What is behind them: the range that is asked for, and only of what the client knows. */
  static ByteRange range(Call call, String tag, long size) {
    List<String> ranges = call.headers("Range");
    List<String> condition = call.headers("If-Range");
    boolean applies =
        !call.isHead() // § 14.2
            && ranges.size() == 1 // several fields are several ranges
            && (condition.isEmpty() || condition.equals(List.of(tag)));
    return applies ? ByteRange.of(ranges.getFirst(), size) : new ByteRange.Whole();
  }
}
