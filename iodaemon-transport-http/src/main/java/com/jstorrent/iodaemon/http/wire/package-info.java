/**
 * HTTP/1.1 on a channel: requests are read by the letter, under deadlines. Knows no route and no token.
 */
@NullMarked
package com.jstorrent.iodaemon.http.wire;

import org.jspecify.annotations.NullMarked;
