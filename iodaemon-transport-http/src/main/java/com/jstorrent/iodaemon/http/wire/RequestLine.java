package com.jstorrent.iodaemon.http.wire;

/**
 * The first line of a request (RFC 9112 § 3).
 *
 * @param method a token, in the client's case
 * @param target the path and the query, if any, as they were sent; or {@code *}
 */
public record RequestLine(String method, String target, HttpVersion version) {}
