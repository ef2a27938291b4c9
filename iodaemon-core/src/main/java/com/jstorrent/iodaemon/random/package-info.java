/** Ids that nobody can guess. */
@NullMarked
package com.jstorrent.iodaemon.random;

import org.jspecify.annotations.NullMarked;
