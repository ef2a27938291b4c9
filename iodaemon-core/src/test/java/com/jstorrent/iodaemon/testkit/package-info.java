/** What tests of the daemon, of its transports and of a third party's transport share. */
@NullMarked
package com.jstorrent.iodaemon.testkit;

import org.jspecify.annotations.NullMarked;
