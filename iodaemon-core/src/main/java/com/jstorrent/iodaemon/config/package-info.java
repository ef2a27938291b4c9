/**
 * The limits and the network options of a daemon, and how an embedder changes them.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.config;

import org.jspecify.annotations.NullMarked;
