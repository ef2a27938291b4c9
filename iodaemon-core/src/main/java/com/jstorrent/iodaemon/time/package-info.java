/** The daemon's one clock: what deadlines are counted by, and what runs when one is over. */
@NullMarked
package com.jstorrent.iodaemon.time;

import org.jspecify.annotations.NullMarked;
