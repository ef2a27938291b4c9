package com.jstorrent.iodaemon.failure;

/**
 * Why one operation failed, as the name that goes into {@code {"error": …}} (PROTOCOL.md § 5).
 */
public enum FailureCode {
  /** A malformed argument or path. */
  EINVAL,
  /** No such download root. */
  EROOT,
  EACCES,
  ENOENT,
  EISDIR,
  /** Something that can only be renamed within one file system. */
  EXDEV,
  ENOTDIR,
  ENOTEMPTY,
  /** The range does not lie within the file. */
  ERANGE,
  /** The bytes do not have the digest that the client expected. */
  EHASH,
  /** What the client knows of it is no longer so. */
  ESTALE,
  /** There is not exactly one session that is meant. */
  ESESSION,
  ENOSPC,
  /** More was sent than may be. */
  EFBIG,
  /** The queue of a pool is full; the same request may succeed later. */
  EBUSY,
  EIO
}
