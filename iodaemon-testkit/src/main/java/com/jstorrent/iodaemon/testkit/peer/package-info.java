/**
 * The other end of a TCP connection that follows a script.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.testkit.peer;

import org.jspecify.annotations.NullMarked;
