/** The bytes of one peer, plain or encrypted, and the queue of those that wait. */
@NullMarked
package com.jstorrent.iodaemon.net.stream;

import org.jspecify.annotations.NullMarked;
