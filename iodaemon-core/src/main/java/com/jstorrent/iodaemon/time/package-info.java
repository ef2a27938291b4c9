/**
 * The daemon's clock and scheduler: all deadlines are counted by it.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.time;

import org.jspecify.annotations.NullMarked;
