/** Fixtures for tests of the daemon, of its transports and of other transports. */
@NullMarked
package com.jstorrent.iodaemon.testkit;

import org.jspecify.annotations.NullMarked;
