package com.jstorrent.iodaemon.net.stream;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * A host as TLS uses it: the name that the server is asked for, and the name that its certificate must
 * be for. The JDK accepts host names only (RFC 952, RFC 1123), but DNS has other names, and servers use
 * them: with {@code _}, or with {@code -} at the beginning or end. Immutable.
 */
final class TlsHost {
  private static final int DNS_NAME = 2; // RFC 5280 § 4.2.1.6, GeneralName
  private static final String WILDCARD = "*.";

  private static final int LONGEST_NAME = 253; // RFC 1035 § 2.3.4, without the dot at its end

  /** Printable ASCII without what no host contains (URL Standard, "forbidden domain code point"). */
  private static final String LABEL = "[!-~&&[^#%./:<>?@\\[\\\\\\]^|]]{1,63}";

  private static final Pattern SENDABLE = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
  private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

  private final String name;
  private final @Nullable String asked;

  /** The JDK's own class for server names refuses what is not a host name. */
  private static final class AskedName extends SNIServerName {
    private AskedName(String ascii) {
      super(StandardConstants.SNI_HOST_NAME, ascii.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private TlsHost(String name, @Nullable String asked) {
    this.name = name;
    this.asked = asked;
  }

  /**
   * @param host a name, with or without a dot at its end; or an address, with or without brackets and a
   *     zone
   */
  static TlsHost of(String host) {
    if (host.indexOf(':') >= 0) {
      return new TlsHost(bareAddress(host), null);
    }
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return new TlsHost(name, sendable(name));
  }

  private static String bareAddress(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String address = bracketed ? host.substring(1, host.length() - 1) : host;
    int zone = address.indexOf('%');
    return zone < 0 ? address : address.substring(0, zone);
  }

  /** The name in ASCII; null for an address, which must not be asked for, and for what is not a name. */
  private static @Nullable String sendable(String name) {
    try {
      String ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
      return ascii.length() <= LONGEST_NAME
          && SENDABLE.matcher(ascii).matches()
          && !IPV4.matcher(ascii).matches() ? ascii : null;
    } catch (IllegalArgumentException e) {
      return null; // a label is empty or too long
    }
  }

  /** The name, or the address without brackets and zone; empty when there is none. */
  String name() {
    return name;
  }

  /** What the server is asked for (RFC 6066 § 3); empty where there is no such name. */
  List<SNIServerName> asked() {
    return asked == null ? List.of() : List.of(new AskedName(asked));
  }

  /** Whether the JDK refuses the name whatever the certificate says, so that we have to compare. */
  boolean unknownToJdk() {
    if (asked == null) {
      return false;
    }
    try {
      new SNIHostName(name);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /**
   * Compares the name with the certificate of the peer, once the JDK has found that to be trusted.
   *
   * @throws SSLException when the certificate is not for this name
   */
  void verify(SSLSession session) throws SSLException {
    try {
      Certificate[] chain = session.getPeerCertificates();
      if (chain[0] instanceof X509Certificate certificate && isFor(certificate)) {
        return;
      }
      throw new CertificateException("The certificate is not for this name.");
    } catch (CertificateException e) {
      throw new SSLHandshakeException("The certificate is not for this name.", e);
    }
  }

  private boolean isFor(X509Certificate certificate) throws CertificateException {
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    return alternatives != null
        && asked != null
        && alternatives.stream()
            .filter(each -> each.get(0) instanceof Integer kind && kind == DNS_NAME)
            .anyMatch(each -> matches(asked, (String) each.get(1)));
  }

  /**
   * RFC 9525 § 6.3: equal regardless of case, or a wildcard for one whole label, before at least two
   * more.
   */
  static boolean matches(String name, String pattern) {
    String wanted = name.toLowerCase(Locale.ROOT);
    String offered = pattern.toLowerCase(Locale.ROOT);
    if (!offered.startsWith(WILDCARD)) {
      return wanted.equals(offered);
    }
    String rest = offered.substring(1);
    int dot = wanted.indexOf('.');
    return dot > 0 && rest.indexOf('.', 1) > 0 && wanted.substring(dot).equals(rest);
  }
}
