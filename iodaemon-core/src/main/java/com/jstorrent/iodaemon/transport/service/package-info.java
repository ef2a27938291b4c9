/**
 * What transports of this project get in addition to
 * {@link com.jstorrent.iodaemon.transport.DaemonServices}.
 */
@NullMarked
package com.jstorrent.iodaemon.transport.service;

import org.jspecify.annotations.NullMarked;
