package com.jstorrent.iodaemon.session;

import com.jstorrent.iodaemon.frame.ClientFrame;
import com.jstorrent.iodaemon.frame.FrameReader;
import com.jstorrent.iodaemon.frame.FrameWriter;
import com.jstorrent.iodaemon.frame.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Redirects frames that would reach other machines to this one: ports and hosts in a frame are replaced
 * by entries of lists. Malformed frames, and frames without an address, stay as they are.
 */
final class LocalFrames {
  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost", "::1", "[::1]");
  private static final List<String> BIND = List.of("127.0.0.1", "localhost", "::1", "127.0.0.1.");

  /** Every host is a member of 224.0.0.1 already, so joining it sends no packets. */
  private static final List<String> GROUPS = List.of("224.0.0.1", "127.0.0.1", "::1", "ff01::1");

  private final int echo;
  private int bound; // by the daemon, for this client
  private String ticket = "";

  /**
   * @param echo a port that takes TCP and UDP
   */
  LocalFrames(int echo) {
    this.echo = echo;
    this.bound = echo;
  }

  void boundTo(int port) {
    bound = port;
  }

  void resumeWith(String lost) {
    ticket = lost;
  }

  ByteBuffer local(ByteBuffer bytes) {
    ByteBuffer frame = bytes.duplicate();
    try {
      return switch (FrameReader.readClient(FrameReader.clientOpcode(frame), frame)) {
        case ClientFrame.TcpConnect f ->
            write(
                new ClientFrame.TcpConnect(
                    f.requestId(), f.socketId(), port(f.port()), choose(HOSTS, f.host())));
        case ClientFrame.TcpListen f ->
            write(
                new ClientFrame.TcpListen(
                    f.requestId(), f.serverId(), own(f.port()), choose(BIND, f.bindAddress())));
        case ClientFrame.UdpBind f ->
            write(
                new ClientFrame.UdpBind(
                    f.requestId(), f.socketId(), own(f.port()), choose(BIND, f.bindAddress())));
        case ClientFrame.UdpSend f ->
            write(
                new ClientFrame.UdpSend(
                    f.requestId(), f.socketId(), port(f.port()), choose(HOSTS, f.host()),
                    f.data()));
        case ClientFrame.UdpJoinMulticast f ->
            write(
                new ClientFrame.UdpJoinMulticast(
                    f.requestId(), f.socketId(), choose(GROUPS, f.group())));
        case ClientFrame.UdpLeaveMulticast f ->
            write(
                new ClientFrame.UdpLeaveMulticast(
                    f.requestId(), f.socketId(), choose(GROUPS, f.group())));
        case ClientFrame.Resume f when f.ticket().startsWith("t") ->
            write(new ClientFrame.Resume(f.requestId(), f.frames(), ticket));
        default -> bytes;
      };
    } catch (ProtocolException e) {
      return bytes;
    }
  }

  private static ByteBuffer write(ClientFrame frame) {
    return FrameWriter.write(frame, 0);
  }

  /** A port that echoes, one that is bound for the client, a closed one, and 0. */
  private int port(int number) {
    return switch (number & 3) {
      case 0 -> echo;
      case 1 -> bound;
      case 2 -> 1;
      default -> 0;
    };
  }

  /** A port to bind: any free one, or one in use. */
  private int own(int number) {
    return (number & 1) == 0 ? 0 : bound;
  }

  private static String choose(List<String> from, String text) {
    return from.get(text.isEmpty() ? 0 : text.charAt(0) % from.size());
  }
}
