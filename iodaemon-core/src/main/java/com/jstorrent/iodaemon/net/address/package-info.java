/** Addresses as text, in the form that the contract prescribes. */
@NullMarked
package com.jstorrent.iodaemon.net.address;

import org.jspecify.annotations.NullMarked;
