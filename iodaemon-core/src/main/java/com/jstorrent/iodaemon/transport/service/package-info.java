/** What transports of this project get beside {@link com.jstorrent.iodaemon.transport.DaemonServices}. */
@NullMarked
package com.jstorrent.iodaemon.transport.service;

import org.jspecify.annotations.NullMarked;
