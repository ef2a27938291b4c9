/** Command line, profile file, logging, and the life of the process (PROTOCOL.md § 1). */
@NullMarked
package com.jstorrent.iodaemon.launcher;

import org.jspecify.annotations.NullMarked;
