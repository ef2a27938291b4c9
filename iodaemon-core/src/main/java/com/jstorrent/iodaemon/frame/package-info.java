/** The wire format: opcodes, the header, and codecs for both directions. Independent of sockets. */
@NullMarked
package com.jstorrent.iodaemon.frame;

import org.jspecify.annotations.NullMarked;
