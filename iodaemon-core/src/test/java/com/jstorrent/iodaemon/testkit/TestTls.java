package com.jstorrent.iodaemon.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for this machine, made for the run of the tests, and both ends that use it. */
public final class TestTls {
  /** A name in the certificate that resolves everywhere. */
  public static final String HOST = "localhost";

  private static final char[] PASSWORD = "password".toCharArray();
  private static final TestTls INSTANCE = make();

  private final Path file;
  private final SSLContext server;
  private final SSLContext trusting;

  private TestTls(Path file) throws IOException, GeneralSecurityException {
    this.file = file;
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    server = SSLContext.getInstance("TLS");
    server.init(own.getKeyManagers(), null, null);
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    known.setCertificateEntry("peer", keys.getCertificate("peer"));
    TrustManagerFactory others =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    others.init(known);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, others.getTrustManagers(), null);
  }

  private static TestTls make() {
    try {
      Path folder = Files.createTempDirectory("test-tls");
      Path file = folder.resolve("peer.p12");
      Process keytool =
          new ProcessBuilder(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair", "-alias", "peer", "-keyalg", "EC", "-storetype", "PKCS12",
                  "-keystore", file.toString(), "-storepass", new String(PASSWORD),
                  "-dname", "CN=peer", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "2"))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes());
      if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IllegalStateException("keytool failed: " + said);
      }
      TestTls made = new TestTls(file);
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Trusts the certificate, and no other. */
  public static SSLContext trusting() {
    return INSTANCE.trusting;
  }

  /** The peer's end, for a test that moves the bytes itself. */
  static SSLEngine engine() {
    SSLEngine engine = INSTANCE.server.createSSLEngine();
    engine.setUseClientMode(false);
    return engine;
  }

  /** The key and the certificate, PKCS 12. */
  public static Path keyStore() {
    return INSTANCE.file;
  }

  public static String password() {
    return new String(PASSWORD);
  }

  /** The peer's end of TLS on a connection that was accepted; the handshake has not begun. */
  public static SSLSocket serve(Socket accepted) throws IOException {
    return serve(accepted, InputStream.nullInputStream());
  }

  /** As above, when something of the handshake has been read already. */
  public static SSLSocket serve(Socket accepted, InputStream ahead) throws IOException {
    SSLSocket socket =
        (SSLSocket) INSTANCE.server.getSocketFactory().createSocket(accepted, ahead, true);
    socket.setUseClientMode(false);
    return socket;
  }
}
