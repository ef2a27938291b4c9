package com.jstorrent.iodaemon.net.stream;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the client's end of a TLS connection, with certificate checks or without. */
public final class TlsClients {
  /** More descriptors than loading the JVM's trust store takes at once. */
  private static final int SPARE_DESCRIPTORS = 8;

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** Made when first used: start-up should not pay for it. */
  private volatile @Nullable SSLContext checking;

  private volatile @Nullable SSLContext trusting;

  /**
   * @param checking whom to trust; null for the JVM's own trust store
   */
  public TlsClients(@Nullable SSLContext checking) {
    this.checking = checking;
  }

  /**
   * A client whose engine has not begun yet.
   *
   * @param host the name to ask the server for (RFC 6066 § 3), and to find in its certificate
   * @param skipChecks whether any certificate will do; the server is asked for the host all the same,
   *     since one with many hosts answers correctly only then
   * @throws IOException when there is no host to check against
   */
  public TlsClient client(String host, boolean skipChecks) throws IOException {
    TlsHost wanted = TlsHost.of(host);
    if (wanted.name().isEmpty() && !skipChecks) {
      throw new SSLException("There is no host name to check the certificate against.");
    }
    SSLEngine engine = context(skipChecks).createSSLEngine(wanted.name(), -1);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(PROTOCOLS);
    parameters.setServerNames(wanted.asked()); // an empty list keeps the JDK from guessing
    boolean compare = !skipChecks && wanted.unknownToJdk();
    if (!skipChecks && !compare) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    engine.setSSLParameters(parameters);
    return new TlsClient(engine, compare ? wanted : null);
  }

  private SSLContext context(boolean skipChecks) throws IOException {
    try {
      if (skipChecks) {
        SSLContext made = trusting;
        return made != null ? made : (trusting = trusting());
      }
      SSLContext made = checking;
      return made != null ? made : (checking = ofTheJvm());
    } catch (GeneralSecurityException e) {
      throw new SSLException("This JVM has no TLS.", e);
    }
  }

  /**
   * The JVM keeps its default context for good, even one without trust anchors because no descriptor
   * was left to read the trust store. So it is asked for only when there are descriptors.
   *
   * @throws IOException when there are none: only this handshake fails then
   */
  private static SSLContext ofTheJvm() throws IOException, GeneralSecurityException {
    List<DatagramChannel> held = new ArrayList<>();
    try {
      for (int i = 0; i < SPARE_DESCRIPTORS; i++) {
        held.add(DatagramChannel.open());
      }
    } finally {
      for (DatagramChannel each : held) {
        each.close();
      }
    }
    return SSLContext.getDefault();
  }

  private static SSLContext trusting() throws GeneralSecurityException {
    SSLContext context = newContext();
    context.init(null, new TrustManager[] {new TrustsAnyCertificate()}, null);
    return context;
  }

  private static SSLContext newContext() throws NoSuchAlgorithmException {
    return SSLContext.getInstance("TLS");
  }

  /** What bit 0 of TCP_SECURE asks for: the client accepts that the identity of the peer is not checked. */
  private static final class TrustsAnyCertificate extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
