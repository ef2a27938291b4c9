package com.jstorrent.iodaemon.net.stream;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of one TLS connection.
 *
 * @param toCompare the host that the certificate must be for, where the engine does not check that;
 *     null where it does, or where any certificate will do
 */
public record TlsClient(SSLEngine engine, @Nullable TlsHost toCompare) {

  /**
   * Checks what is left to be checked when the handshake is done; no data may pass before.
   *
   * @throws SSLException when the certificate is for another host
   */
  public void verify() throws SSLException {
    if (toCompare != null) {
      toCompare.verify(engine.getSession());
    }
  }
}
