/**
 * What every transport has to do, as tests: see {@link com.jstorrent.iodaemon.testkit.transport.FrameConnectionContract}.
 *
 * @since 1.0
 */
@NullMarked
package com.jstorrent.iodaemon.testkit.transport;

import org.jspecify.annotations.NullMarked;
