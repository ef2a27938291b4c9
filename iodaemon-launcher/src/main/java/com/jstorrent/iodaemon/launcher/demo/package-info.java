/** {@code demo}: the daemon, a peer and a client in one process, for the first look. */
@NullMarked
package com.jstorrent.iodaemon.launcher.demo;

import org.jspecify.annotations.NullMarked;
