/** Who may use the daemon: tokens, origins, and the delays after wrong tokens. */
@NullMarked
package com.jstorrent.iodaemon.access;

import org.jspecify.annotations.NullMarked;
