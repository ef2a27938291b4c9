/** The thread pool for work that must not block the threads that serve clients. */
@NullMarked
package com.jstorrent.iodaemon.work;

import org.jspecify.annotations.NullMarked;
