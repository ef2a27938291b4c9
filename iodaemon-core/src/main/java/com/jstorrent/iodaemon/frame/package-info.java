/**
 * The wire format: opcodes, the header, and codecs for both directions. Independent of sockets.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.frame;

import org.jspecify.annotations.NullMarked;
