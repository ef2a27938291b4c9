/** JSON as plain Java values, and the JSON of hello messages and reports. */
@NullMarked
package com.jstorrent.iodaemon.json;

import org.jspecify.annotations.NullMarked;
