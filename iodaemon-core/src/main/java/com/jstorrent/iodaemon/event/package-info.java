/** What a program that embeds the daemon can hear about it. */
@NullMarked
package com.jstorrent.iodaemon.event;

import org.jspecify.annotations.NullMarked;
