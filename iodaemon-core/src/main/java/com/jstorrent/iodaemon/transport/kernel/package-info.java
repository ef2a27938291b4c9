/** What Linux tells about sockets, for whoever writes to some. For this project's modules only. */
@NullMarked
package com.jstorrent.iodaemon.transport.kernel;

import org.jspecify.annotations.NullMarked;
