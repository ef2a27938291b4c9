/**
 * The interfaces between the daemon and a program that embeds it.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.event;

import org.jspecify.annotations.NullMarked;
