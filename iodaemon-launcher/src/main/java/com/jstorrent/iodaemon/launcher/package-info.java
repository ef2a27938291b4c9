/** The process: command line, profile file, logging, signals and exit (PROTOCOL.md § 1). */
@NullMarked
package com.jstorrent.iodaemon.launcher;

import org.jspecify.annotations.NullMarked;
