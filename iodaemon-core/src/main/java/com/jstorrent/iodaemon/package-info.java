/**
 * The entry point for a program that embeds the daemon.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon;

import org.jspecify.annotations.NullMarked;
