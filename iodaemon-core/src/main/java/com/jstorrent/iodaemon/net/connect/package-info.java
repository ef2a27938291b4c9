/**
 * Finding and making connections: names, addresses, egress rules, attempts and their turns, sockets and
 * their options.
 */
@NullMarked
package com.jstorrent.iodaemon.net.connect;

import org.jspecify.annotations.NullMarked;
