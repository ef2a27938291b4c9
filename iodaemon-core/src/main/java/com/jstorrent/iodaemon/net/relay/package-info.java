/** Carrying frames to a client: selector loops, the relay thread, the frame that is built, and frames kept for resuming. */
@NullMarked
package com.jstorrent.iodaemon.net.relay;

import org.jspecify.annotations.NullMarked;
