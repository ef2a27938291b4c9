/** Digests of bytes and of files, and Merkle trees of BitTorrent version 2. */
@NullMarked
package com.jstorrent.iodaemon.hash;

import org.jspecify.annotations.NullMarked;
