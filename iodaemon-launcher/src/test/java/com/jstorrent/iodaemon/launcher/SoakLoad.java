package com.jstorrent.iodaemon.launcher;

import java.util.SplittableRandom;

/** A load on the daemon, which is repeated. */
interface SoakLoad {
  /** Runs for some seconds and leaves nothing behind. */
  void round(SoakEnvironment environment, SplittableRandom random) throws Exception;
}
