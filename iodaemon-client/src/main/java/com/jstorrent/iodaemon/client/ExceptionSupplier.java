package com.jstorrent.iodaemon.client;

import java.io.IOException;

/** Why something has ended. Each call that meets it throws a new exception, with its own stack trace. */
@FunctionalInterface
interface ExceptionSupplier {
  IOException exception();
}
