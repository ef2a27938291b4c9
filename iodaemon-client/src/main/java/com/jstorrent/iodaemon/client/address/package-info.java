/** The address of a daemon. */
@NullMarked
package com.jstorrent.iodaemon.client.address;

import org.jspecify.annotations.NullMarked;
