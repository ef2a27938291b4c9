package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.jstorrent.iodaemon.http.PathRoute.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A path that tries to lead out of the root, and how PROTOCOL.md § 6 treats it. */
record HostilePath(String shown, byte[] bytes, Kind kind) {
  private static final int LONGEST = 255;
  private static final int LEVELS = 256;
  private static final Pattern SYSTEM = Pattern.compile("etc|passwd|system");

  /** How a path has to be treated. */
  enum Kind {
    /** Refused by its text alone. */
    MALFORMED,
    /** The root itself, which can be looked at but is no file. */
    ROOT,
    /** A link that leads nowhere in the root; as an entry it can be deleted and renamed. */
    LINK,
    /** Something beyond such a link. */
    THROUGH,
    /** A strange name, but one below the root. */
    BELOW
  }

  /** Whether it would lead to the machine's own files, by links or by itself, if it were let through. */
  boolean aimsAtTheMachine() {
    return SYSTEM.matcher(new String(bytes, UTF_8)).find();
  }

  /** Whether a route may answer this. */
  boolean allows(PathRoute route, Answer answer) {
    return switch (kind) {
      case MALFORMED -> answer.status() == 400;
      case ROOT ->
          switch (route) {
            case ENSURE, STAT, LIST -> answer.status() == 200;
            default -> answer.status() == 400;
          };
      case LINK ->
          switch (route) {
            case DELETE, RENAME_FROM, RENAME_TO -> answer.status() == 200;
            case PIECES -> answer.status() == 404;
            default -> answer.status() == 403;
          };
      case THROUGH -> answer.status() == (route == PathRoute.PIECES ? 404 : 403);
      case BELOW -> Set.of(200, 400, 404).contains(answer.status());
    };
  }

  @Override
  public String toString() {
    return kind + " " + shown;
  }

  static Stream<HostilePath> all() {
    List<HostilePath> all = new ArrayList<>();
    String tooLong = "x".repeat(LONGEST + 1);
    add(all, Kind.MALFORMED,
        "..", ".", "../x", "./x", "../", "./", "..\\", ".\\", "/..", "/.", "//../x", "\\..",
        "\\\\..\\x", "../outside/secret", "..\\outside\\secret", "../../etc/passwd",
        "/../../../../../../etc/passwd", "victim/..", "victim/.", "dir/..", "dir/../..",
        "dir/../victim", "dir/../../outside/secret", "dir\\..\\..\\outside\\secret",
        "dir/..\\../outside/secret", "dir\\../..\\outside", "dir/./inner", "C:/../x",
        "C:\\..\\..\\x",
        "~/..", "//./x", "\\\\.\\pipe\\x", "\\\\?\\..\\x", "file:///etc/passwd", "....//x", "a//b",
        "a\\\\b", "a\\/b", "a/", "a\\", "dir/", "victim/", "\0", "a\0b", "victim\0", "victim\0.txt",
        "\0/x", "dir\0/inner", "../x\0", "dir/\0..", tooLong, "é".repeat(128), "dir/" + tooLong,
        tooLong + "/x", tooLong + "/../x", "out/../victim", "out/..", "self/../../outside/secret",
        "d/".repeat(LEVELS) + "d", "self/".repeat(LEVELS) + "victim", "out/".repeat(800) + "x",
        ("x".repeat(LONGEST) + "/").repeat(16) + "x", "\uefff".repeat(LONGEST + 1),
        "..\uefff/../x");
    add(all, Kind.ROOT, "", "/", "\\", "///", "\\\\", "/\\/");
    add(all, Kind.LINK,
        "out", "up", "system", "passwd", "tofile", "relative", "dangling", "danglingInside", "loop",
        "itself", "chain", "dir/deepLink", "/out", "\\tofile");
    add(all, Kind.THROUGH,
        "out/secret", "out/new", "out/new/newer", "out\\secret", "up/outside/secret",
        "up/root/victim",
        "system/passwd", "system/new", "tofile/x", "relative/secret", "dangling/x",
        "danglingInside/x",
        "loop/x", "itself/x", "chain/secret", "chain/new", "dir/deepLink/secret",
        "inside/deepLink/secret",
        "self/out/secret", "out/back/victim");
    add(all, Kind.BELOW,
        "/etc/passwd", "//etc/passwd", "\\etc\\passwd", "C:", "C:x", "C:\\Windows\\x", "C:..\\x",
        "\\\\server\\share\\x", "\\\\?\\C:\\x", "file:/etc/passwd", "%2e%2e/%2e%2e/x", "%2e%2e%2fx",
        "..%2fx", "..%5cx", "%252e%252e%252fx", "..%c0%afx", "%00", "..;/x", ".. /x", " ../x",
        "..\t/x", "..\n/x", "..../x", "~root/x", "$HOME/x", "`id`", "-rf", "*", "victim/x",
        "victim::$DATA", "\u2025/x", "\uff0e\uff0e/x", "..\u2215x", "..\u2044x", "..\uff0fx",
        "\ufeff../x", "..\u200b/x", "\u202e../x", "a\u0001b", "a\u007fb", "{k}",
        "..\uef5cx", "..\uefc0\uefafx", "\uef2e\uef2e/x", "\uefff/\uefc3\uefa9",
        "d/".repeat(LEVELS - 1) + "d");
    raw(all, 0xc0, 0xae, 0xc0, 0xae, '/', 'x');
    raw(all, 0xe0, 0x80, 0xae, 0xe0, 0x80, 0xae, '/', 'x');
    raw(all, '.', '.', 0xc0, 0xaf, 'x');
    raw(all, '.', '.', 0xc1, 0x9c, 'x');
    raw(all, 'a', 0xc0, 0x80, 'b');
    raw(all, 0xff, 0xfe, '.', 0, '.', 0);
    raw(all, 0xed, 0xa0, 0x80);
    raw(all, '.', '.', 0xf8);
    raw(all, 0xfc, '/', 0xfe);
    return all.stream();
  }

  private static void add(List<HostilePath> all, Kind kind, String... texts) {
    for (String text : texts) {
      String shown = text.length() > 60 ? text.substring(0, 10) + "… of " + text.length() : text;
      all.add(new HostilePath("<" + shown.replace("\0", "NUL") + ">", text.getBytes(UTF_8), kind));
    }
  }

  /**
   * Bytes that are not UTF-8: a header that holds them means Latin-1 (PROTOCOL.md § 5.1), elsewhere
   * they are malformed.
   */
  private static void raw(List<HostilePath> all, int... values) {
    byte[] bytes = new byte[values.length];
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
      shown.append(" %02x".formatted(values[i]));
    }
    Kind kind = Kind.BELOW;
    for (byte b : bytes) {
      kind = b == 0 ? Kind.MALFORMED : kind;
    }
    all.add(new HostilePath("bytes" + shown, bytes, kind));
  }
}
