package com.jstorrent.iodaemon.event;

import org.jspecify.annotations.Nullable;

/**
 * A session of a client.
 *
 * @param number the session's number, counted from 1 since the daemon started; the log uses it
 * @param name the name that the client gave itself, or null
 */
public record SessionInfo(long number, @Nullable String name) {}
