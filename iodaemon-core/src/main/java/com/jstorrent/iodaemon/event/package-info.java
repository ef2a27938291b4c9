/** The interfaces between the daemon and a program that embeds it. */
@NullMarked
package com.jstorrent.iodaemon.event;

import org.jspecify.annotations.NullMarked;
