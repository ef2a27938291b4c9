package com.jstorrent.iodaemon.failure;

/** Why an operation failed. The name is the code in error answers (PROTOCOL.md § 5). */
public enum FailureCode {
  /** A malformed argument or path. */
  EINVAL,
  /** No such download root. */
  EROOT,
  EACCES,
  ENOENT,
  EISDIR,
  /** A link or a device, which can only be renamed within one file system. */
  EXDEV,
  ENOTDIR,
  ENOTEMPTY,
  /** The range does not lie within the file. */
  ERANGE,
  /** The bytes do not have the digest that the client expected. */
  EHASH,
  /** The file has changed since the client last saw it. */
  ESTALE,
  /** The request does not identify exactly one session. */
  ESESSION,
  ENOSPC,
  /** The request is larger than the limit. */
  EFBIG,
  /** The daemon is overloaded or the file is in use; the same request may succeed later. */
  EBUSY,
  EIO
}
