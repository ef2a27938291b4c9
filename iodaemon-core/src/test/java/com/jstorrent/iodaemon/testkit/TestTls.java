package com.jstorrent.iodaemon.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for this machine, made for one run of the tests, and TLS for both ends with it. */
public final class TestTls {
  /** A name in the certificate that resolves on every machine. */
  public static final String HOST = "localhost";

  private static final List<String> NAMES = List.of(HOST, "a_b.example", "*.wild.example");
  private static final List<String> ADDRESSES = List.of("127.0.0.1", "::1");

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
                  "-dname", "CN=peer", "-ext", "2.5.29.17=" + subjectAltName(), "-validity", "2"))
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

  /** As DER in hex (RFC 5280 § 4.2.1.6): keytool itself refuses a name with {@code _}. */
  private static String subjectAltName() throws IOException {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String name : NAMES) {
      names.writeBytes(der(0x82, name.getBytes(StandardCharsets.US_ASCII)));
    }
    for (String address : ADDRESSES) {
      names.writeBytes(der(0x87, InetAddress.getByName(address).getAddress()));
    }
    return HexFormat.of().formatHex(der(0x30, names.toByteArray()));
  }

  /** A DER element: type, length, value of less than 128 bytes. */
  private static byte[] der(int type, byte[] value) {
    byte[] whole = new byte[2 + value.length];
    whole[0] = (byte) type;
    whole[1] = (byte) value.length;
    System.arraycopy(value, 0, whole, 2, value.length);
    return whole;
  }

  /** Trusts this certificate only. */
  public static SSLContext trusting() {
    return INSTANCE.trusting;
  }

  /** The server's engine, for a test that transfers the records itself. */
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

  /** The same, when bytes of the handshake have been read already. */
  public static SSLSocket serve(Socket accepted, InputStream ahead) throws IOException {
    SSLSocket socket =
        (SSLSocket) INSTANCE.server.getSocketFactory().createSocket(accepted, ahead, true);
    socket.setUseClientMode(false);
    return socket;
  }
}
