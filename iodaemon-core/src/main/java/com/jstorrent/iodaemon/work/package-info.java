/** Threads for work that must not run where a client is served. */
@NullMarked
package com.jstorrent.iodaemon.work;

import org.jspecify.annotations.NullMarked;
