package com.jstorrent.iodaemon.testkit.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScriptedPeerTest {
  private static final int PATIENCE_MILLIS = 60_000;

  private static Socket connect(ScriptedPeer peer) throws IOException {
    Socket socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), peer.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static String read(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), UTF_8);
  }

  @Test
  void aServerFollowsItsScript() throws Exception {
    Script script =
        Script.start().expect("hello").skip(3).send("world").halfClose().expectEnd().close();
    try (ScriptedPeer peer = ScriptedPeer.listening(script);
        Socket socket = connect(peer)) {
      write(socket, "hello123");
      assertThat(read(socket, 100)).as("until the half-close").isEqualTo("world");
      socket.shutdownOutput();
      peer.await();
    }
  }

  @Test
  void aClientFollowsItsScript() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ScriptedPeer peer =
            ScriptedPeer.connecting(
                InetSocketAddress.createUnresolved("127.0.0.1", server.getLocalPort()),
                Script.start().send("hello").expect("world").expectReset())) {
      try (Socket socket = server.accept()) {
        assertThat(socket.getPort()).isEqualTo(peer.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        assertThat(read(socket, 5)).isEqualTo("hello");
        write(socket, "world");
        socket.setSoLinger(true, 0);
      }
      peer.await();
    }
  }

  @Test
  void eachConnectionFollowsItsOwnScript() throws Exception {
    try (ScriptedPeer peer =
        ScriptedPeer.listening(Script.start().send("1").close(), Script.start().send("2").close());
        Socket first = connect(peer);
        Socket second = connect(peer)) {
      assertThat(read(first, 100)).isEqualTo("1");
      assertThat(read(second, 100)).isEqualTo("2");
      peer.await();
    }
  }

  @Test
  void aResetIsSeenByTheOtherEnd() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().expect("x").reset());
        Socket socket = connect(peer)) {
      write(socket, "x");
      peer.await();
      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aPauseEndsWhenTheTestSaysSo() throws Exception {
    try (
        ScriptedPeer peer =
            ScriptedPeer.listening(Script.start().send("r").pause().send("x").close());
        Socket socket = connect(peer)) {
      assertThat(read(socket, 1)).isEqualTo("r");
      String waits = "connection 1, step 2 of 4 (pause) has not ended after PT0.1S.";
      String told;
      do { // the peer may not have come to the pause
        told = catchThrowable(() -> peer.await(Duration.ofMillis(100))).getMessage();
      } while (told.startsWith("connection 1, step 1 of 4 (send 1 bytes)"));
      assertThat(told).isEqualTo(waits);
      peer.resume();
      assertThat(read(socket, 100)).isEqualTo("x");
      peer.await();
    }
  }

  @Test
  void otherBytesFailTheStepThatExpectedThem() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().send("x").expect("abcd"));
        Socket socket = connect(peer)) {
      write(socket, "abXY");
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessage(
              "connection 1, step 2 of 2 (expect 4 bytes) has failed: from byte 2 on 63 64 was expected, and came 58 59.");
      assertThat(read(socket, 100)).as("the connection is closed then").isEqualTo("x");
    }
  }

  @Test
  void anEarlyEndFailsTheStepThatExpectedMore() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().expect("abcd"));
        Socket socket = connect(peer)) {
      write(socket, "ab");
      socket.shutdownOutput();
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageEndingWith("the connection ends after 2 of them.");
    }
  }

  @Test
  void bytesFailTheStepThatExpectedTheEnd() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().expectEnd());
        Socket socket = connect(peer)) {
      write(socket, "a");
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageEndingWith("the byte 61 arrived instead.");
    }
  }

  @Test
  void anOrderlyEndFailsTheStepThatExpectedAReset() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().expectReset());
        Socket socket = connect(peer)) {
      write(socket, "thrown away");
      socket.shutdownOutput();
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageEndingWith("the connection ends in order.");
    }
  }

  @Test
  void closingThePeerFailsTheStepThatExpectedAReset() throws Exception {
    ScriptedPeer peer = ScriptedPeer.listening(Script.start().send("x").expectReset());
    try (Socket socket = connect(peer)) {
      assertThat(read(socket, 1)).isEqualTo("x");
      peer.close();
      assertThatThrownBy(peer::await)
          .isInstanceOf(AssertionError.class)
          .hasMessageEndingWith("it was closed here.");
    }
  }

  @Test
  void aMissingConnectionIsNamed() throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.listening(Script.start().send("x"))) {
      assertThatThrownBy(() -> peer.await(Duration.ofMillis(50)))
          .isInstanceOf(AssertionError.class)
          .hasMessage("connection 1 was not made within PT0.05S.");
    }
  }
}
