/** The entry point for a program that embeds the daemon. */
@NullMarked
package com.jstorrent.iodaemon;

import org.jspecify.annotations.NullMarked;
