/** The {@code demo} command: the daemon, a peer and a client in one process. */
@NullMarked
package com.jstorrent.iodaemon.launcher.demo;

import org.jspecify.annotations.NullMarked;
