/** What Linux reports about sockets, for code that writes to them. For this project's modules only. */
@NullMarked
package com.jstorrent.iodaemon.transport.kernel;

import org.jspecify.annotations.NullMarked;
