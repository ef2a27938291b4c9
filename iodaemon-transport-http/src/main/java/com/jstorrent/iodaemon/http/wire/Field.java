package com.jstorrent.iodaemon.http.wire;

/**
 * A header field.
 *
 * @param name a token, in the client's case
 * @param value without blanks around it
 */
public record Field(String name, String value) {}
