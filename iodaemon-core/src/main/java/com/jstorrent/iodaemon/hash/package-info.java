/** Digests, computed on threads of their own. */
@NullMarked
package com.jstorrent.iodaemon.hash;

import org.jspecify.annotations.NullMarked;
