/** The exception for failed operations, and its codes. */
@NullMarked
package com.jstorrent.iodaemon.failure;

import org.jspecify.annotations.NullMarked;
