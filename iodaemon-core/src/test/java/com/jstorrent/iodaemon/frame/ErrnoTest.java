package com.jstorrent.iodaemon.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.security.cert.CertificateException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrnoTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new ConnectException("Connection refused"), 111),
        Arguments.of(new ConnectException("something else"), 111),
        Arguments.of(new ConnectException("Connection timed out"), 110),
        Arguments.of(new SocketTimeoutException("Connect timed out"), 110),
        Arguments.of(new NoRouteToHostException("No route to host"), 113),
        Arguments.of(new SocketException("Network is unreachable"), 101),
        Arguments.of(new BindException("Address already in use"), 98),
        Arguments.of(new BindException("Cannot assign requested address"), 99),
        Arguments.of(new BindException("Permission denied"), 13),
        Arguments.of(new SocketException("Too many open files"), 24),
        Arguments.of(new SocketException("Connection reset"), 104),
        Arguments.of(new IOException("Broken pipe"), 104),
        Arguments.of(new IOException("Connection reset by peer"), 104),
        Arguments.of(
            new IOException("An existing connection was forcibly closed by the remote host"), 104),
        Arguments.of(new SocketException("No buffer space available"), 105),
        Arguments.of(new UnknownHostException("x"), 2),
        Arguments.of(new UnresolvedAddressException(), 2),
        Arguments.of(new IllegalArgumentException("port out of range"), 22),
        Arguments.of(new SocketException("Network is down"), 100),
        Arguments.of(new IOException("Message too long"), 90),
        Arguments.of(new IOException("Operation not permitted"), 1),
        Arguments.of(new SocketException("Protocol family unavailable"), 97),
        Arguments.of(new UnsupportedAddressTypeException(), 97),
        Arguments.of(new SocketException("Unsupported address type"), 97),
        Arguments.of(new SocketException("Address family not supported by protocol"), 97),
        Arguments.of(new UnsupportedOperationException("IPv6 not available"), 97),
        Arguments.of(new UnsupportedOperationException("Protocol family not supported"), 97),
        Arguments.of(new UnsupportedOperationException("'SO_X' not supported"), 1),
        Arguments.of(new UnsupportedOperationException(), 1),
        Arguments.of(new BindException("Can't assign requested address"), 99),
        Arguments.of(new SSLHandshakeException("Received fatal alert"), 71),
        Arguments.of(distrusted(), 129),
        Arguments.of(new IOException(), 1));
  }

  private static Exception distrusted() {
    SSLHandshakeException failure = new SSLHandshakeException("No name matching");
    failure.initCause(new CertificateException("No name matching"));
    return failure;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void exceptionsOfTheJdkMapToTheErrnoOfLinux(Exception failure, int number) {
    assertThat(Errno.of(failure).number()).isEqualTo(number);
  }
}
