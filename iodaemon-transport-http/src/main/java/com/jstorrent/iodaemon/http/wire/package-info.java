/**
 * HTTP/1.1 on a channel: strict parsing of requests, with time limits. Knows neither routes nor tokens.
 */
@NullMarked
package com.jstorrent.iodaemon.http.wire;

import org.jspecify.annotations.NullMarked;
