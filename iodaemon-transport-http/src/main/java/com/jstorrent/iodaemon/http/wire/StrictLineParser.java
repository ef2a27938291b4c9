package com.jstorrent.iodaemon.http.wire;

/**
 * Parses the lines of a head exactly as RFC 9112 § 3 and § 5 define them: no control characters, methods and field
 * names are tokens, one blank where the grammar has one, none at the start of a line or before a colon, and the
 * target is a path. A more lenient parser could see a different request than a proxy in front of it, which makes
 * request smuggling possible.
 */
final class StrictLineParser {
  private static final String NAME = "HTTP/";
  private static final int VERSION_LENGTH = "HTTP/1.1".length();
  private static final int MAJOR = NAME.length();
  private static final int DOT = MAJOR + 1;
  private static final int MINOR = DOT + 1;
  private static final char FIRST_VISIBLE = '!';
  private static final char LAST_VISIBLE = '~';

  /** A table, because it is fast before the JIT compiles the code. */
  private static final boolean[] IN_TOKENS = new boolean[LAST_VISIBLE + 1];

  static {
    String separators = "\"(),/:;<=>?@[\\]{}";
    for (char c = FIRST_VISIBLE; c <= LAST_VISIBLE; c++) {
      IN_TOKENS[c] = separators.indexOf(c) < 0;
    }
  }

  private StrictLineParser() {}

  /**
   * @throws MalformedRequestException when it is not a request line, or its target is not a path
   */
  static RequestLine parseRequestLine(StrictLine line) throws MalformedRequestException {
    refuseControlCharacters(line);
    int first = line.indexOf(' ', 0);
    int second = first < 0 ? -1 : line.indexOf(' ', first + 1);
    if (second < 0) {
      throw new MalformedRequestException("The request line has fewer than three parts.");
    }
    if (!isToken(line, 0, first)) {
      throw new MalformedRequestException("The method is malformed.");
    }
    HttpVersion version = version(line.text(second + 1, line.length()));
    String method = line.text(0, first);
    String target = line.text(first + 1, second);
    requirePath(target, method);
    return new RequestLine(method, target, version);
  }

  private static HttpVersion version(String text) throws MalformedRequestException {
    if (text.length() != VERSION_LENGTH
        || !text.startsWith(NAME)
        || !isDigit(text.charAt(MAJOR))
        || text.charAt(DOT) != '.'
        || !isDigit(text.charAt(MINOR))) {
      throw new MalformedRequestException("The version is malformed.");
    }
    return new HttpVersion(text.charAt(MAJOR) - '0', text.charAt(MINOR) - '0');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static void requirePath(String target, String method) throws MalformedRequestException {
    boolean everything = target.equals("*") && method.equals("OPTIONS");
    // Two slashes would begin an authority.
    if (!everything && (!target.startsWith("/") || target.startsWith("//"))) {
      throw new MalformedRequestException("The target of a request must be a path.");
    }
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c < FIRST_VISIBLE || c > LAST_VISIBLE || c == '#') {
        throw new MalformedRequestException(
            "The target of a request has a character that must be escaped.");
      }
    }
  }

  /**
   * @throws MalformedRequestException when it is not a header field
   */
  static Field parseField(StrictLine line) throws MalformedRequestException {
    refuseControlCharacters(line);
    int colon = line.indexOf(':', 0);
    if (colon < 0 || !isToken(line, 0, colon)) {
      throw new MalformedRequestException("The name of a header field is malformed.");
    }
    int start = colon + 1;
    int end = line.length();
    while (start < end && isBlank(line.charAt(start))) {
      start++;
    }
    while (start < end && isBlank(line.charAt(end - 1))) {
      end--;
    }
    return new Field(line.text(0, colon), line.text(start, end));
  }

  private static void refuseControlCharacters(StrictLine line) throws MalformedRequestException {
    if (line.hasControlCharacters()) {
      throw new MalformedRequestException(
          "There is a control character in the head of the request.");
    }
    if (!line.isEmpty() && isBlank(line.charAt(0))) {
      throw new MalformedRequestException("A line of the head begins with a blank.");
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isToken(StrictLine line, int start, int end) {
    for (int i = start; i < end; i++) {
      char c = line.charAt(i);
      if (c > LAST_VISIBLE || !IN_TOKENS[c]) {
        return false;
      }
    }
    return end > start;
  }
}
