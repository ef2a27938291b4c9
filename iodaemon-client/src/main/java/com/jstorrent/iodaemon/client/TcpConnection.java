package com.jstorrent.iodaemon.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Objects;

/**
 * A TCP connection between the daemon and a peer. Its calls block, so make them on virtual threads; one thread may
 * read while another one writes. An interrupt ends a call with {@link java.io.InterruptedIOException}, a time limit
 * with {@link java.net.SocketTimeoutException}. Either leaves the connection open, and nothing that was received is
 * lost.
 *
 * <p>Unread data is bounded: with {@code credit} (PROTOCOL.md § 9.2) a connection that is not read holds up its own
 * peer, and no other connection.
 */
public final class TcpConnection implements AutoCloseable {
  private final TcpSocket socket;
  private final InetSocketAddress remote;
  private final ClientOptions options;
  private final InputStream input = new Input();
  private final OutputStream output = new Output();
  private final ByteChannel channel = new Channel();
  private volatile Duration readTimeout;
  private volatile Duration writeTimeout;

  TcpConnection(TcpSocket socket, InetSocketAddress remote, ClientOptions options) {
    this.socket = socket;
    this.remote = remote;
    this.options = options;
    this.readTimeout = options.readTimeout();
    this.writeTimeout = options.writeTimeout();
  }

  /**
   * The peer. The address is not resolved, because the daemon resolves names:
   * {@link InetSocketAddress#getHostString} returns the host that was connected to or, for an accepted connection,
   * the address of the peer.
   */
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  /** Changes how long reading waits; zero means without limit. */
  public TcpConnection readTimeout(Duration limit) {
    readTimeout = limit;
    return this;
  }

  /** Changes how long writing waits; zero means without limit. */
  public TcpConnection writeTimeout(Duration limit) {
    writeTimeout = limit;
    return this;
  }

  /**
   * What the peer sends. When the peer ends its side, the stream ends. When the connection ends with an error,
   * reading throws {@link IoErrnoException}, after everything that came before it. Closing the stream closes the
   * connection.
   */
  public InputStream input() {
    return input;
  }

  /**
   * Each write is sent to the peer at once, so buffer this stream if you write small parts. Writing blocks while
   * the peer takes nothing. Closing the stream closes the connection.
   */
  public OutputStream output() {
    return output;
  }

  /** Both directions as a blocking channel. Closing it closes the connection. */
  public ByteChannel channel() {
    return channel;
  }

  /**
   * Ends this side: what was written is sent, then the end of the stream; reading goes on (PROTOCOL.md
   * § 9.1). Does not block.
   *
   * @throws IOException when the daemon has not granted {@code halfclose}
   */
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /**
   * Encrypts the connection with TLS, and checks the peer's certificate (PROTOCOL.md § 4.3). What the peer has sent
   * before is dropped if it was not read yet. Blocks for the handshake.
   *
   * @param host the host that the certificate must be for; empty means the host that was connected to
   * @throws IoErrnoException when the handshake fails, for instance with errno 129 (EKEYREJECTED); the
   *     connection has then ended. With errno 114 (EALREADY) it has not: a handshake goes on that an earlier call
   *     waited for, until its time limit or an interrupt
   */
  public void startTls(String host) throws IOException {
    socket.secure(host, false, CallTimeout.of("The TLS handshake", options.requestTimeout()));
  }

  /** Does the same but accepts any certificate: protects against eavesdropping only, not against impostors. */
  public void startTlsWithoutChecks(String host) throws IOException {
    socket.secure(host, true, CallTimeout.of("The TLS handshake", options.requestTimeout()));
  }

  /**
   * Closes the connection. Waits until the daemon's system has taken every byte that was written and the peer has
   * ended its side too, or until five seconds have passed (PROTOCOL.md § 4.2, § 4.4). Closing again does nothing.
   *
   * @throws IoErrnoException when the connection had an error; with errno 104 (ECONNRESET) bytes that were
   *     written may not have arrived. Without {@code halfclose}, and with TLS 1.2, what is written while the end of
   *     the peer is on its way may be lost without an exception.
   * @throws java.net.SocketTimeoutException when the daemon does not report the end in time
   */
  @Override
  public void close() throws IOException {
    if (socket.isOpen()) {
      socket.closeNow();
      socket.awaitEnd(CallTimeout.of("Closing", options.closeTimeout()));
    }
  }

  /** Closes the connection without waiting. What was written is still sent. */
  public void closeNow() {
    socket.closeNow();
  }

  @Override
  public String toString() {
    return "TcpConnection to " + remote.getHostString() + ':' + remote.getPort();
  }

  private int read(ByteBuffer into) throws IOException {
    return into.hasRemaining() ? socket.read(into, CallTimeout.of("Reading", readTimeout)) : 0;
  }

  private void write(ByteBuffer data) throws IOException {
    socket.write(data, CallTimeout.of("Writing", writeTimeout));
  }

  private final class Input extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, into.length);
      return TcpConnection.this.read(ByteBuffer.wrap(into, offset, length));
    }

    @Override
    public int available() {
      return socket.available();
    }

    @Override
    public void close() throws IOException {
      TcpConnection.this.close();
    }
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, data.length);
      TcpConnection.this.write(ByteBuffer.wrap(data, offset, length));
    }

    @Override
    public void close() throws IOException {
      TcpConnection.this.close();
    }
  }

  private final class Channel implements ByteChannel {
    @Override
    public int read(ByteBuffer into) throws IOException {
      return TcpConnection.this.read(into);
    }

    @Override
    public int write(ByteBuffer data) throws IOException {
      int size = data.remaining();
      TcpConnection.this.write(data);
      return size;
    }

    @Override
    public boolean isOpen() {
      return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
      TcpConnection.this.close();
    }
  }
}
