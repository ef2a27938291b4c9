/**
 * What core asks of a transport and offers to it, and the in-process transport.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.transport;

import org.jspecify.annotations.NullMarked;
