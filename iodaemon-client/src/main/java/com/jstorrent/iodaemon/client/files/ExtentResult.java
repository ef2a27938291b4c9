package com.jstorrent.iodaemon.client.files;

/**
 * The outcome of one write of a batch.
 *
 * @param status 200, or the HTTP status that the write alone would have been answered with
 * @param code such as {@code EHASH}; empty when it is written
 * @param sentence why it is not written; empty when it is
 */
public record ExtentResult(int status, String code, String sentence) {
  private static final int OK = 200;

  /** Whether the bytes are written. */
  public boolean isWritten() {
    return status == OK;
  }

  /**
   * @throws FilesException when the bytes are not written
   */
  public void orThrow() throws FilesException {
    if (!isWritten()) {
      throw new FilesException(status, code, sentence);
    }
  }
}
