package com.jstorrent.iodaemon.http.route;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tags that a field such as {@code If-None-Match} lists (RFC 9110 § 8.8.3 and § 13.1). A
 * list that is malformed lists none.
 *
 * @param any whether the field says {@code *}
 * @param strong tags that are not marked as weak, with their quotes
 * @param all tags, weak ones without their mark
 */
record EntityTags(boolean any, Set<String> strong, Set<String> all) {
  private static final EntityTags NONE = new EntityTags(false, Set.of(), Set.of());
  private static final EntityTags ANY = new EntityTags(true, Set.of(), Set.of());

  /** Commas may stand in a tag; empty elements of a list mean nothing (§ 5.6.1). */
  private static final Pattern ELEMENT =
      Pattern.compile("[ \\t,]*+(W/)?(\"[\\x21\\x23-\\x7e\\x80-\\xff]*+\")[ \\t]*+(?:,|$)");

  private static final Pattern REST = Pattern.compile("[ \\t,]*+");

  /**
   * @param values of all fields of the name, which are one list
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

  /** § 8.8.3.2: whether a strong tag is listed, as a strong one. */
  boolean matchesStrongly(String tag) {
    return any || strong.contains(tag);
  }

  /** § 8.8.3.2: whether it is listed, as a weak one or not. */
  boolean matchesWeakly(String tag) {
    return any || all.contains(tag);
  }
}
