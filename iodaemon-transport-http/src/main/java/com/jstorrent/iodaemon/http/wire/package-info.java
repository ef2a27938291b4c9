/**
 * HttpCore as a codec on our own channel, and the strictness that it lacks. Knows no route and no
 * token.
 */
@NullMarked
package com.jstorrent.iodaemon.http.wire;

import org.jspecify.annotations.NullMarked;
