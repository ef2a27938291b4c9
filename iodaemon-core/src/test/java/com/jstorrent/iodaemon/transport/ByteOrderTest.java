package com.jstorrent.iodaemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import com.jstorrent.iodaemon.testkit.Peer;
import com.jstorrent.iodaemon.testkit.TestDaemon;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Buffers that an embedder's transport or client gets are big-endian, and those that it passes on may
 * have any byte order: the WebSocket of the JDK up to 24 corrupts little-endian buffers (JDK-8351339).
 */
class ByteOrderTest {
  private static final byte[] DATA = {1, 2, 3, 4, 5};

  /** A transport of an embedder, which checks the byte order of the buffers that it gets. */
  private static final class Wire implements FrameConnection {
    private final BlockingQueue<DaemonFrame> frames = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile FrameReceiver receiver;
    private volatile boolean broken;

    private Wire(TestDaemon daemon) {
      HelloCodec hello =
          new HelloCodec() {
            @Override
            public ClientHello read(String text) {
              return new ClientHello(List.of(text), null);
            }

            @Override
            public String write(ServerHello answer) {
              return answer.ticket();
            }
          };
      receiver = daemon.services().sessions().accept(this, new ConnectionInfo(false, null, hello));
    }

    private String handshake() throws Exception {
      write(new ClientFrame.ClientHello(1, Capability.RESUME.label()), ByteOrder.BIG_ENDIAN);
      String ticket = expect(DaemonFrame.ServerHello.class).body();
      write(new ClientFrame.Auth(2, 1, TestDaemon.TOKEN), ByteOrder.LITTLE_ENDIAN);
      assertThat(expect(DaemonFrame.AuthResult.class).status()).isZero();
      return ticket;
    }

    private void write(ClientFrame frame, ByteOrder order) {
      ByteBuffer bytes = FrameWriter.write(frame, 0).order(order);
      receiver.onFrame(bytes);
      assertThat(bytes.order()).isEqualTo(order);
    }

    private <F extends DaemonFrame> F expect(Class<F> kind) throws InterruptedException {
      DaemonFrame frame = frames.poll(60, TimeUnit.SECONDS);
      assertThat(frame).isInstanceOf(kind);
      return kind.cast(frame);
    }

    @Override
    public int headroom() {
      return 4;
    }

    @Override
    public void send(ByteBuffer frame) throws IOException {
      if (broken) {
        throw new IOException("This connection is broken.");
      }
      try {
        if (frame.order() != ByteOrder.BIG_ENDIAN) {
          frames.add(new DaemonFrame.Error(0, "A little-endian buffer was sent."));
        }
        byte[] copy = new byte[frame.remaining()];
        frame.get(copy);
        frames.add(FrameReader.readDaemon(ByteBuffer.wrap(copy)));
        frame.order(ByteOrder.BIG_ENDIAN); // a transport may change the order
      } catch (ProtocolException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void flush() throws IOException {
      if (broken) {
        throw new IOException("This connection is broken.");
      }
    }

    @Override
    public void close(CloseReason reason) {
      abort();
    }

    @Override
    public void abort() {
      broken = true;
      closed.countDown();
    }

    @Override
    public void probe() {}
  }

  @Test
  void aTransportGetsBigEndianFramesFromEverySource() throws Exception {
    try (TestDaemon daemon = TestDaemon.start();
        Peer peer = Peer.open();
        DatagramSocket datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      Wire wire = new Wire(daemon);
      String ticket = wire.handshake();
      wire.write(
          new ClientFrame.TcpConnect(3, 0x0102_0304, peer.port(), "127.0.0.1"),
          ByteOrder.LITTLE_ENDIAN);
      DaemonFrame.TcpConnected connected = wire.expect(DaemonFrame.TcpConnected.class);
      assertThat(connected).isEqualTo(new DaemonFrame.TcpConnected(3, 0x0102_0304, 0));
      Socket accepted = peer.accept();
      for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
        wire.write(new ClientFrame.TcpSend(0, 0x0102_0304, ByteBuffer.wrap(DATA)), order);
        assertThat(accepted.getInputStream().readNBytes(DATA.length)).isEqualTo(DATA);
        accepted.getOutputStream().write(DATA);
        assertThat(wire.expect(DaemonFrame.TcpRecv.class).data()).isEqualTo(ByteBuffer.wrap(DATA));
      }
      wire.write(new ClientFrame.UdpBind(4, 5, 0, "127.0.0.1"), ByteOrder.BIG_ENDIAN);
      int port = wire.expect(DaemonFrame.UdpBound.class).boundPort();
      InetAddress loopback = InetAddress.getLoopbackAddress();
      datagrams.send(new DatagramPacket(DATA, DATA.length, loopback, port));
      DaemonFrame.UdpRecv datagram = wire.expect(DaemonFrame.UdpRecv.class);
      assertThat(datagram.port()).isEqualTo(datagrams.getLocalPort());
      assertThat(datagram.data()).isEqualTo(ByteBuffer.wrap(DATA));
      wire.abort();
      wire.receiver.onClosed(false);
      Wire again = new Wire(daemon);
      again.handshake();
      again.write(new ClientFrame.Resume(9, 0, ticket), ByteOrder.LITTLE_ENDIAN);
      DaemonFrame.Resumed resumed = again.expect(DaemonFrame.Resumed.class);
      assertThat(resumed.errno()).isZero();
      assertThat(again.expect(DaemonFrame.TcpConnected.class)).isEqualTo(connected);
      assertThat(again.expect(DaemonFrame.TcpRecv.class).data()).isEqualTo(ByteBuffer.wrap(DATA));
      again.receiver.onClosed(true);
    }
  }

  @Test
  void anInProcessClientGetsBigEndianFramesAndMaySendEitherOrder() throws Exception {
    InProcessTransport transport = new InProcessTransport();
    try (TestDaemon daemon = TestDaemon.start()) {
      transport.start(daemon.services());
      for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
        try (InProcessClient client = transport.connect()) {
          ByteBuffer hello = FrameWriter.write(new ClientFrame.ClientHello(1, ""), 0).order(order);
          client.send(hello);
          assertThat(hello.order()).isEqualTo(order);
          ByteBuffer answer = client.receive(Duration.ofMinutes(1));
          assertThat(answer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
          assertThat(FrameReader.readDaemon(answer)).isEqualTo(new DaemonFrame.ServerHello(1, ""));
        }
      }
    }
  }

  @Test
  void aPooledBufferIsResetToBigEndian() {
    BufferPool pool = new BufferPool(16, 1);
    pool.give(pool.take().order(ByteOrder.LITTLE_ENDIAN).putInt(7));
    ByteBuffer again = pool.take();
    assertThat(again.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    assertThat(again.remaining()).isEqualTo(16);
  }
}
