/** What Linux tells about sockets, for transports that write to some. For this project's modules only. */
@NullMarked
package com.jstorrent.iodaemon.transport.kernel;

import org.jspecify.annotations.NullMarked;
