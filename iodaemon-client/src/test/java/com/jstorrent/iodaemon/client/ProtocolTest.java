package com.jstorrent.iodaemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jstorrent.iodaemon.frame.Capability;
import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.DaemonFrame;
import com.jstorrent.iodaemon.frame.Errno;
import com.jstorrent.iodaemon.json.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client sends, frame by frame, against a daemon that the test plays. */
@Timeout(120)
class ProtocolTest {
  private static final String ALL =
      """
          {"caps":["credit","halfclose","resume"],"ticket":"0123456789abcdef","version":"1",\
          "limits":{"creditBytes":1000,"sendCreditBytes":20,"replayBytes":4000000,"resumeGraceSeconds":60}}""";

  private final ScriptedLink.Connector connector = new ScriptedLink.Connector();
  private ScriptedLink daemon;

  @BeforeEach
  void prepare() {
    daemon = connector.prepare();
  }

  private IoClient client(String hello, ClientOptions options) throws Exception {
    daemon.welcome(hello);
    IoClient client = IoClient.over(connector, "s3cret", options);
    daemon.hearHandshake();
    return client;
  }

  private IoClient client() throws Exception {
    return client(ALL, ClientOptions.DEFAULT);
  }

  private TcpConnection connect(IoClient client) throws Exception {
    CompletableFuture<TcpConnection> connecting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.connect("peer", 80);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    ClientFrame.TcpConnect request = daemon.hear(ClientFrame.TcpConnect.class);
    daemon.say(new DaemonFrame.TcpConnected(request.requestId(), request.socketId(), 0));
    return connecting.get();
  }

  @AfterEach
  void end() {
    daemon.abort();
  }

  @ParameterizedTest
  @CsvSource({
      "HALFCLOSE, 01010000010000007b2263617073223a5b2268616c66636c6f7365225d7d",
      "CREDIT,    01010000010000007b2263617073223a5b22637265646974225d7d",
      "RESUME,    01010000010000007b2263617073223a5b22726573756d65225d7d",
  })
  void theHelloIsThatOfTheContract(Capability capability, String hex) throws Exception {
    daemon.welcome("");
    ClientOptions one = ClientOptions.builder().capabilities(Set.of(capability)).build();
    IoClient.over(connector, "s3cret", one);
    assertThat(daemon.hearBytes()).isEqualTo(hex);
    assertThat(daemon.hearBytes()).as("AUTH, as in frames.json")
        .isEqualTo("010300000200000001733363726574");
  }

  @Test
  void aClientThatAsksForNothingSendsAnEmptyHello() throws Exception {
    daemon.welcome("");
    IoClient.over(
        connector, "s3cret", ClientOptions.builder().capabilities(Set.of()).build());
    assertThat(daemon.hearBytes()).isEqualTo("0101000001000000");
  }

  @Test
  void aRefusedHandshakeSaysWhy() {
    daemon.say(new DaemonFrame.Error(1, "The hello is too late."));
    assertThatThrownBy(() -> IoClient.over(connector, "t", ClientOptions.DEFAULT))
        .hasMessage("The daemon refused the handshake: The hello is too late.");
    ScriptedLink second = connector.prepare();
    second.say(new DaemonFrame.ServerHello(1, ""));
    second.say(new DaemonFrame.AuthResult(2, 1, "The token is wrong."));
    assertThatThrownBy(() -> IoClient.over(connector, "t", ClientOptions.DEFAULT))
        .isInstanceOf(AuthenticationException.class);
    ScriptedLink third = connector.prepare();
    third.say(new DaemonFrame.ServerHello(1, "{"));
    assertThatThrownBy(() -> IoClient.over(connector, "t", ClientOptions.DEFAULT))
        .hasMessage("The daemon's SERVER_HELLO is not valid JSON.");
  }

  @Test
  void creditIsGrantedAsTheApplicationReads() throws Exception {
    TcpConnection connection = connect(client());
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.allocate(1000)));
    connection.input().readNBytes(499);
    connection.shutdownOutput();
    assertThat(daemon.hearBytes()).as("no grant for less than half").startsWith("011b");
    connection.input().readNBytes(1);
    assertThat(daemon.hearBytes()).isEqualTo("011c00000000000001000000f4010000");
    connection.input().readNBytes(500);
    assertThat(daemon.hear(ClientFrame.TcpCredit.class).bytes())
        .as("as much again, because nothing was left unread")
        .isEqualTo(500 + 1000);
  }

  @Test
  void theWindowGrowsNoFurtherThanReceiveBytes() throws Exception {
    ClientOptions options = ClientOptions.builder().receiveBytes(1200).build();
    TcpConnection connection = connect(client(ALL, options));
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.allocate(600)));
    connection.input().readNBytes(600);
    assertThat(daemon.hear(ClientFrame.TcpCredit.class).bytes()).isEqualTo(600 + 200);
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.allocate(600)));
    connection.input().readNBytes(600);
    assertThat(daemon.hear(ClientFrame.TcpCredit.class).bytes()).isEqualTo(600);
  }

  @Test
  void noMoreIsSentThanWasGranted() throws Exception {
    TcpConnection connection = connect(client());
    ByteBuffer data = ByteBuffer.allocate(50);
    connection.writeTimeout(Duration.ofMillis(50));
    assertThatThrownBy(() -> connection.channel().write(data))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(daemon.hear(ClientFrame.TcpSend.class).data().remaining()).isEqualTo(20);
    assertThat(daemon.isSilent()).isTrue();
    daemon.say(new DaemonFrame.TcpCredit(0, 1, 25));
    daemon.say(new DaemonFrame.TcpCredit(0, 1, -1)); // 4,294,967,295: it is unsigned
    connection.writeTimeout(Duration.ZERO);
    connection.channel().write(data);
    int sent = 0;
    while (sent < 30) {
      sent += daemon.hear(ClientFrame.TcpSend.class).data().remaining();
    }
    assertThat(sent).isEqualTo(30);
  }

  @Test
  void framesAreAcknowledged() throws Exception {
    TcpConnection connection = connect(client()); // the first counted frame
    for (int i = 0; i < 63; i++) {
      daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.allocate(1)));
    }
    assertThat(daemon.hearBytes()).isEqualTo("01050000000000004000000000000000");
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.allocate(256 << 10)));
    assertThat(daemon.hear(ClientFrame.Ack.class).frames()).isEqualTo(65);
    assertThat(connection.input().available()).isEqualTo(63 + (256 << 10));
  }

  @Test
  void whatTheDaemonHasNotHandledIsSentAgain() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client); // frame 1
    for (byte i = 2; i < 6; i++) {
      connection.output().write(i); // frames 2 to 5
      assertThat(daemon.hear(ClientFrame.TcpSend.class).data().get()).isEqualTo(i);
    }
    daemon.say(new DaemonFrame.Ack(0, 2));
    ScriptedLink next = connector.prepare().welcome(ALL);
    daemon.abort();
    next.hearHandshake();
    assertThat(next.hearBytes()).as("RESUME, after one frame of the daemon")
        .isEqualTo("0106000003000000" + "0100000000000000" + "30313233343536373839616263646566");
    connection.output().write(6);
    assertThat(next.isSilent()).as("until RESUMED").isTrue();
    next.say(new DaemonFrame.Resumed(3, 0, 3, 1, List.of()));
    for (byte i = 4; i < 7; i++) {
      assertThat(next.hear(ClientFrame.TcpSend.class).data().get()).isEqualTo(i);
    }
    next.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.wrap(new byte[] {9})));
    assertThat(connection.input().read()).isEqualTo(9);
    assertThat(client.state()).isEqualTo(ClientState.CONNECTED);
    ScriptedLink third = connector.prepare().welcome(ALL);
    next.abort();
    third.hearHandshake();
    assertThat(third.hear(ClientFrame.Resume.class).frames()).isEqualTo(2);
    daemon = third;
  }

  @Test
  void aSessionThatCannotBeResumedYetIsTriedAgain() throws Exception {
    IoClient client = client();
    ScriptedLink second = connector.prepare().welcome(ALL);
    second.say(new DaemonFrame.Resumed(3, Errno.EAGAIN.number(), 0, 0, List.of()));
    ScriptedLink third = connector.prepare().welcome(ALL);
    third.say(new DaemonFrame.Resumed(3, 0, 0, 0, List.of()));
    StateChange connected = client.stateChange();
    daemon.abort();
    StateChange again = connected.next(Duration.ZERO).next(Duration.ZERO);
    assertThat(again.state()).isEqualTo(ClientState.CONNECTED);
    daemon = third;
  }

  @ParameterizedTest
  @CsvSource({
      "116, 0, 0, the daemon no longer has the session",
      "22,  0, 0, the daemon no longer has the session",
      "0,   1, 0, 'the daemon''s frame counts differ'",
      "0,   0, 1, 'the daemon''s frame counts differ'",
  })
  void aRefusedResumptionIsFinal(int errno, long fromClient, long toClient, String why)
      throws Exception {
    IoClient client = client();
    StateChange connected = client.stateChange();
    ScriptedLink next = connector.prepare().welcome(ALL);
    next.say(new DaemonFrame.Resumed(3, errno, fromClient, toClient, List.of()));
    daemon.abort();
    StateChange end = connected.next(Duration.ZERO).next(Duration.ZERO);
    assertThat(end.state()).isEqualTo(ClientState.CLOSED);
    assertThatThrownBy(() -> client.connect("peer", 80))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining(why);
  }

  @Test
  void aConnectionThatBreaksBeforeResumedIsNotClosedInOrder() throws Exception {
    IoClient client = client();
    StateChange connected = client.stateChange();
    ScriptedLink second = connector.prepare().welcome(ALL);
    daemon.abort();
    second.hearHandshake();
    second.hear(ClientFrame.Resume.class);
    ScriptedLink third = connector.prepare().welcome(ALL);
    second.abort(); // the daemon may have resumed the session, which a Close with 1000 would end
    third.say(new DaemonFrame.Resumed(3, 0, 0, 0, List.of()));
    StateChange again = connected.next(Duration.ZERO).next(Duration.ZERO);
    assertThat(again.state()).isEqualTo(ClientState.CONNECTED);
    assertThat(second.isClosedInOrder()).isFalse();
    client.close();
    assertThat(third.isClosedInOrder()).isTrue();
  }

  @Test
  void whatTheDaemonHasGivenUpIsNotResumed() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client);
    daemon.say(new DaemonFrame.Resumed(0, Errno.ENOBUFS.number(), 0, 0, List.of()));
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.wrap(new byte[] {7})));
    assertThat(connection.input().read()).as("its sockets live on").isEqualTo(7);
    StateChange connected = client.stateChange();
    daemon.abort();
    assertThat(connected.next(Duration.ZERO).state()).isEqualTo(ClientState.CLOSED);
  }

  @Test
  void aClientThatTheDaemonHasClosedKnowsWhatTheDaemonSaid() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client);
    StateChange connected = client.stateChange();
    daemon.say(new DaemonFrame.Error(0, "There is no memory for another client."));
    daemon.sayClose(1013);
    StateChange closed = connected.next(Duration.ZERO);
    assertThat(closed.state()).isEqualTo(ClientState.CLOSED);
    assertThat(closed.cause()).isInstanceOf(LinkClosedException.class);
    assertThatThrownBy(() -> connection.input().read())
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageEndingWith("with 1013. It said: There is no memory for another client.");
  }

  @Test
  void anEarlierErrorIsNotTakenForTheReasonOfTheClose() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client);
    daemon.say(new DaemonFrame.Error(0, "An earlier frame was too long."));
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.wrap(new byte[] {7})));
    daemon.sayClose(1001);
    assertThat(connection.input().read()).isEqualTo(7);
    assertThatThrownBy(() -> connection.input().read())
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageEndingWith("The daemon has closed the connection with 1001.");
  }

  @Test
  void nothingFollowsTheStateClosed() throws Exception {
    IoClient client = client();
    client.close();
    StateChange closed = client.stateChange();
    assertThatThrownBy(() -> closed.next(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The client is closed, and its state does not change any more.");
  }

  @Test
  void anUnknownOpcodeIsIgnoredAndCounted() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client);
    daemon.sayBytes("01fd000000000000");
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.wrap(new byte[] {7})));
    assertThat(connection.input().read()).isEqualTo(7);
    ScriptedLink next = connector.prepare().welcome(ALL);
    daemon.abort();
    next.hearHandshake();
    assertThat(next.hear(ClientFrame.Resume.class).frames()).isEqualTo(3);
    daemon = next;
  }

  @Test
  void everyFrameOfTheContractIsTakenByAClient() throws Exception {
    IoClient client = client();
    TcpConnection connection = connect(client);
    Map<String, ?> file = Json.readObject(Files.readString(Path.of("..", "docs", "frames.json")));
    int said = 0;
    for (Object entry : (List<?>) file.get("frames")) {
      Map<?, ?> frame = (Map<?, ?>) entry;
      if (frame.get("way").equals("D>C") && !frame.get("name").equals("ACK")) {
        daemon.sayBytes((String) frame.get("hex"));
        said++;
      }
    }
    daemon.say(new DaemonFrame.TcpRecv(0, 1, ByteBuffer.wrap(new byte[] {7})));
    assertThat(connection.input().read()).isEqualTo(7);
    assertThat(said).isGreaterThan(20);
  }

  @Test
  void aUdpSocketThatTheDaemonHasEndedSendsNoMore() throws Exception {
    try (IoClient client = client()) {
      CompletableFuture<UdpSocket> binding = Async.async(() -> client.bind("", 0));
      ClientFrame.UdpBind request = daemon.hear(ClientFrame.UdpBind.class);
      daemon.say(new DaemonFrame.UdpBound(request.requestId(), request.socketId(), 4000, 0));
      UdpSocket udp = binding.get();
      daemon.say(new DaemonFrame.UdpClosed(0, request.socketId(), Errno.EPROTO.number()));
      assertThatThrownBy(udp::receive)
          .isInstanceOfSatisfying(
              IoErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO));
      assertThatThrownBy(() -> udp.send("peer", 9, ByteBuffer.allocate(1)))
          .isInstanceOf(IoErrnoException.class);
    }
  }

  @Test
  void aRequestForARangeIsRefusedAtOnce() throws Exception {
    client();
    daemon.say(new DaemonFrame.RangeRequest(77, 0, 9, "file"));
    assertThat(daemon.hear(ClientFrame.RangeReject.class))
        .isEqualTo(new ClientFrame.RangeReject(77, 503));
  }

  @Test
  void anErrorFailsTheCallThatCausedIt() throws Exception {
    IoClient client = client();
    CompletableFuture<Throwable> thrown =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                client.listen("nowhere", 0).close();
                return new AssertionError("It listens.");
              } catch (IOException e) {
                return e;
              }
            });
    int request = daemon.hear(ClientFrame.TcpListen.class).requestId();
    daemon.say(new DaemonFrame.Error(request, "A field is malformed."));
    assertThat(thrown.get()).hasMessage("The daemon refused the request: A field is malformed.");
  }
}
