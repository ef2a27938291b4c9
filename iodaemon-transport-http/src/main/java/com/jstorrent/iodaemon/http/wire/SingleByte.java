package com.jstorrent.iodaemon.http.wire;

import java.io.IOException;
import java.io.InputStream;

/** {@link InputStream#read()} on top of the read of an array, for streams that count or check. */
public final class SingleByte {
  private SingleByte() {}

  /**
   * @return the byte, or -1 at the end
   * @throws IOException from the stream
   */
  public static int from(InputStream in) throws IOException {
    byte[] one = new byte[1];
    return in.read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }
}
