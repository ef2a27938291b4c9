package com.jstorrent.iodaemon.memory;

/** How much of the memory an account may have. */
public enum Share {
  /**
   * As much as is free: a single account gets half of the memory; nine that take all they can get a
   * tenth each, and another tenth stays free. Half of the reserve is for accounts that hold little.
   */
  FAIR,

  /** All but the reserve. For requests that are bounded among themselves. */
  COMMON,

  /** All of it. For what is small, so that it is served however much the others hold. */
  RESERVED;

  /** An account holds little if it holds at most this many bytes: a frame buffer and some sockets. */
  static final long LITTLE_BYTES = 512 << 10;

  /** The reserve is the limit divided by this number. */
  private static final int RESERVE_DIVISOR = 8;

  /** What is left of the reserve even when many accounts hold little: the limit divided by this number. */
  private static final int LAST_RESERVE_DIVISOR = 16;

  /**
   * How many bytes of {@code limit} accounts with this share can have together while nothing else is
   * taken.
   */
  long most(long limit) {
    return this == RESERVED ? limit : limit - limit / RESERVE_DIVISOR;
  }

  /**
   * Whether an account may take more.
   *
   * @param limit how much memory there is, in bytes
   * @param taken how much of it all accounts have taken
   * @param held how much of that this account has taken
   */
  boolean allows(long limit, long taken, long held, long bytes) {
    long free = limit - taken;
    long unreserved = free - limit / RESERVE_DIVISOR;
    return switch (this) {
      case FAIR ->
          held + bytes <= LITTLE_BYTES
              ? bytes <= free - limit / LAST_RESERVE_DIVISOR
              : held + bytes <= unreserved;
      case COMMON -> bytes <= unreserved;
      case RESERVED -> bytes <= free;
    };
  }
}
