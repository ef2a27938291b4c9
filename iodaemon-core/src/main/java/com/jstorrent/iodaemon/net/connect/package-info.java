/** Finding and making connections: names, addresses, rules of egress, attempts and their turns. */
@NullMarked
package com.jstorrent.iodaemon.net.connect;

import org.jspecify.annotations.NullMarked;
