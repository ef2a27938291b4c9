package com.jstorrent.iodaemon.event;

import org.jspecify.annotations.Nullable;

/**
 * One client.
 *
 * @param number counted from 1 in the life of a daemon; the log uses it
 * @param name what the client calls itself, or null
 */
public record SessionInfo(long number, @Nullable String name) {}
