/** The routes of PROTOCOL.md § 5. Each mostly calls one service; none uses the connection itself. */
@NullMarked
package com.jstorrent.iodaemon.http.route;

import org.jspecify.annotations.NullMarked;
