/**
 * HTTP/1.1 on the daemon's port: access control, and the answers to requests.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.http;

import org.jspecify.annotations.NullMarked;
