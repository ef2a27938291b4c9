/**
 * How the JSON of the handshake and of events is read and written, for any transport.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.json.codec;

import org.jspecify.annotations.NullMarked;
