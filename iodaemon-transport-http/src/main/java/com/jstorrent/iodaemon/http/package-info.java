/** HTTP/1.1 on the daemon's port: access control, and the answers to requests. */
@NullMarked
package com.jstorrent.iodaemon.http;

import org.jspecify.annotations.NullMarked;
