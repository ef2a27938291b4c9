/** Who may use the daemon: tokens, origins, and bounds for connections that have shown none. */
@NullMarked
package com.jstorrent.iodaemon.access;

import org.jspecify.annotations.NullMarked;
