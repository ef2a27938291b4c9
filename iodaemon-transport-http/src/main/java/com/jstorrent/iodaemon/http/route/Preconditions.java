package com.jstorrent.iodaemon.http.route;

import java.util.List;

/**
 * The conditions of a request for a resource that has a strong entity tag but no date of modification:
 * conditions with a date are ignored (RFC 9110 § 13.1.3, § 13.1.4), except that a date in {@code
 * If-Range} never matches (§ 13.1.5).
 */
enum Preconditions {
  /** All conditions are met: the request is answered. */
  HOLD,
  /** 304: the client already has this version. */
  NOT_MODIFIED,
  /** 412: it is not the version that the client asks for. */
  FAILED;

  /** Checks them in the order of § 13.2.2, for GET and HEAD. */
  static Preconditions of(Call call, String tag) {
    List<String> wanted = call.headers("If-Match");
    if (!wanted.isEmpty() && !EntityTags.of(wanted).matchesStrongly(tag)) {
      return FAILED;
    }
    List<String> known = call.headers("If-None-Match");
    return !known.isEmpty() && EntityTags.of(known).matchesWeakly(tag) ? NOT_MODIFIED : HOLD;
  }

  /** The range to send: the whole when {@code If-Range} names another version. */
  static ByteRange range(Call call, String tag, long size) {
    List<String> ranges = call.headers("Range");
    List<String> condition = call.headers("If-Range");
    boolean applies =
        !call.isHead() // § 14.2
            && ranges.size() == 1 // several fields mean several ranges
            && (condition.isEmpty() || condition.equals(List.of(tag)));
    return applies ? ByteRange.of(ranges.getFirst(), size) : new ByteRange.Whole();
  }
}
