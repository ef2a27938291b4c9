/** How an operation tells that it failed. */
@NullMarked
package com.jstorrent.iodaemon.failure;

import org.jspecify.annotations.NullMarked;
