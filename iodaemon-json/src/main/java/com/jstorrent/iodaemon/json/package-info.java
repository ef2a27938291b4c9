/** JSON as maps, lists, strings, numbers and booleans. */
@NullMarked
package com.jstorrent.iodaemon.json;

import org.jspecify.annotations.NullMarked;
