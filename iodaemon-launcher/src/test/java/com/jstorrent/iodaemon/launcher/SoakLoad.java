package com.jstorrent.iodaemon.launcher;

import java.util.SplittableRandom;

/** Something that clients do to a daemon, over and over. */
interface SoakLoad {
  /** Does it once, for some seconds, and leaves nothing behind. */
  void round(SoakSite site, SplittableRandom random) throws Exception;
}
