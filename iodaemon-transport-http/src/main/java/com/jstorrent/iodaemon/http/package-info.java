/** HTTP/1.1 on the daemon's port: which requests are let in, and what each answers. */
@NullMarked
package com.jstorrent.iodaemon.http;

import org.jspecify.annotations.NullMarked;
