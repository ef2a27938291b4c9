/** Who may stream which bytes when: the client that fetches them decides (PROTOCOL.md § 5.5). */
@NullMarked
package com.jstorrent.iodaemon.stream;

import org.jspecify.annotations.NullMarked;
