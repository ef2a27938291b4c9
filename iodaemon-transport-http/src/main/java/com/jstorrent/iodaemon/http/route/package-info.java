/** The routes of PROTOCOL.md § 5: one service call each. Knows no socket. */
@NullMarked
package com.jstorrent.iodaemon.http.route;

import org.jspecify.annotations.NullMarked;
