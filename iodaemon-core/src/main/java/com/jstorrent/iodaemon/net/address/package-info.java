/** Addresses as text, in the form that the contract has them. */
@NullMarked
package com.jstorrent.iodaemon.net.address;

import org.jspecify.annotations.NullMarked;
