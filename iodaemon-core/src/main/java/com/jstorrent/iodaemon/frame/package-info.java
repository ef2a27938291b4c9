/** The wire format: opcodes, header, and the codecs in both directions. Knows no sockets. */
@NullMarked
package com.jstorrent.iodaemon.frame;

import org.jspecify.annotations.NullMarked;
