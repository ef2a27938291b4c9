package com.jstorrent.iodaemon.http.route;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tags in a field such as {@code If-None-Match} (RFC 9110 § 8.8.3 and § 13.1). A malformed
 * list counts as empty.
 *
 * @param any whether the field says {@code *}
 * @param strong tags that are not marked as weak, with their quotes
 * @param all tags, weak ones without the prefix {@code W/}
 */
record EntityTags(boolean any, Set<String> strong, Set<String> all) {
  private static final EntityTags NONE = new EntityTags(false, Set.of(), Set.of());
  private static final EntityTags ANY = new EntityTags(true, Set.of(), Set.of());

  /** A tag may contain commas; empty elements of the list are ignored (§ 5.6.1). */
  private static final Pattern ELEMENT =
      Pattern.compile("[ \\t,]*+(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*+\")[ \\t]*+(?:,|$)");

  private static final Pattern REST = Pattern.compile("[ \\t,]*+");

  /**
   * @param values of all fields with that name; together they are one list
   */
  static EntityTags of(List<String> values) {
    String list = String.join(",", values);
    if (list.strip().equals("*")) {
      return ANY;
    }
    Set<String> strong = new HashSet<>();
    Set<String> all = new HashSet<>();
    Matcher element = ELEMENT.matcher(list);
    int end = 0;
    for (; element.region(end, list.length()).lookingAt(); end = element.end()) {
      all.add(element.group(2));
      if (element.group(1) == null) {
        strong.add(element.group(2));
      }
    }
    return REST.matcher(list.substring(end)).matches()
        ? new EntityTags(false, strong, all)
        : NONE;
  }

  /** Strong comparison (§ 8.8.3.2): whether this strong tag is listed as a strong one. */
  boolean matchesStrongly(String tag) {
    return any || strong.contains(tag);
  }

  /** Weak comparison (§ 8.8.3.2): whether this tag is listed, strong or weak. */
  boolean matchesWeakly(String tag) {
    return any || all.contains(tag);
  }
}
