package com.jstorrent.iodaemon.client.files;

import java.io.IOException;
import java.io.InputStream;

/**
 * A range of a file that is being streamed.
 *
 * @param range which bytes follow: those asked for, or fewer when the file ends before
 * @param fileSize of the whole file, in bytes
 * @param contentType by the file's name
 * @param etag stands for the handle and the size
 * @param bytes to be read as they come; for one thread at a time
 */
public record StreamPart(
    ByteRange range, long fileSize, String contentType, String etag, InputStream bytes)
    implements AutoCloseable {
  /** Ends the connection, unless all has been read. */
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
