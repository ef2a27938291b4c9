package com.jstorrent.iodaemon.http.wire;

import java.util.regex.Pattern;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.message.BasicLineParser;
import org.apache.hc.core5.http.message.RequestLine;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * HttpCore's line parser with the rules of RFC 9112 § 3 and § 5 that it lets pass: no control
 * characters, methods and field names are tokens, no blank in front of a line or of a colon, and
 * the target is a path of this server.
 */
final class StrictLineParser extends BasicLineParser {
  private static final String SEPARATORS = "\"(),/:;<=>?@[\\]{}";
  private static final Pattern VERSION = Pattern.compile(" HTTP/[0-9]\\.[0-9]");
  private static final int VERSION_LENGTH = " HTTP/1.1".length();
  private static final int FIRST_VISIBLE = '!';
  private static final int LAST_VISIBLE = '~';
  private static final int DELETE = 127;

  @Override
  public RequestLine parseRequestLine(CharArrayBuffer line) throws ParseException {
    refuseControlCharacters(line);
    String end = line.substring(Math.max(0, line.length() - VERSION_LENGTH), line.length());
    if (!VERSION.matcher(end).matches()) {
      throw new ParseException("The version is malformed.");
    }
    RequestLine parsed = super.parseRequestLine(line);
    if (!isToken(parsed.getMethod())) {
      throw new ParseException("The method is malformed.");
    }
    String target = parsed.getUri();
    String only = parsed.getMethod() + " " + target + " " + parsed.getProtocolVersion();
    if (!line.toString().equals(only)) {
      throw new ParseException("The request line has more, or other, than three parts.");
    }
    boolean everything = target.equals("*") && parsed.getMethod().equals("OPTIONS");
    // Two slashes would begin an authority.
    if (!everything && (!target.startsWith("/") || target.startsWith("//"))) {
      throw new ParseException("The target of a request must be a path.");
    }
    if (!target.chars().allMatch(c -> c >= FIRST_VISIBLE && c <= LAST_VISIBLE && c != '#')) {
      throw new ParseException("The target of a request has a character that must be escaped.");
    }
    return parsed;
  }

  @Override
  public Header parseHeader(CharArrayBuffer line) throws ParseException {
    refuseControlCharacters(line);
    Header header = super.parseHeader(line);
    if (!isToken(header.getName())) {
      throw new ParseException("The name of a header field is malformed.");
    }
    return header;
  }

  private static void refuseControlCharacters(CharArrayBuffer line) throws ParseException {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c < ' ' && c != '\t' || c == DELETE) {
        throw new ParseException("There is a control character in the head of the request.");
      }
    }
    if (!line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t')) {
      throw new ParseException("A line of the head begins with a blank.");
    }
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c -> c >= FIRST_VISIBLE && c <= LAST_VISIBLE && SEPARATORS.indexOf(c) < 0);
  }
}
