/**
 * The memory that clients make the daemon hold: one account for the whole process (PROTOCOL.md § 4.6).
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.memory;

import org.jspecify.annotations.NullMarked;
