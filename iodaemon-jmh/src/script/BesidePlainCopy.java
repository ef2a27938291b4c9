import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Sets the daemon beside a program that only copies between sockets, on the machine at hand:
 * {@code java BesidePlainCopy.java START-SCRIPT [ROUNDS [MIB [SOCKETS...]]]}. Both relay the same bytes between some
 * peers and one client, in turns; both run in a JVM of their own. For each the first run of a new process
 * is shown (cold) and the fourth (warm), as the median of all rounds, with the processor time of the
 * process. Only the quotients within one line say something.
 */
final class BesidePlainCopy {
  private static final int RUNS = 4;
  private static final int BLOCK = 64 << 10;
  private static final int SENT_BLOCK = 16 << 10; // what clients of BitTorrent send at once
  private static final int MEBIBYTES = 1024;
  private static final List<Integer> SOCKETS = List.of(1, 50, 500);
  private static final String TOKEN = "beside";

  private enum Direction {
    RECEIVE,
    SEND
  }

  /** What is relayed, by equal parts for each socket. */
  private record Load(Direction direction, int sockets, long bytes) {}

  /** One transfer: its throughput, and the processor time of the process that relayed. */
  private record Run(double mebibytesPerSecond, double cpuSecondsPerGibibyte) {}

  /** A process that relays, and how to talk to it. */
  private interface Relay extends AutoCloseable {
    /** Connects to so many peers. */
    void connect(int peerPort, int sockets) throws IOException;

    /** Reads the next message, and returns how many bytes of it are a peer's. */
    int receive() throws IOException;

    void send(int socket, byte[] block) throws IOException;

    Child child();

    @Override
    default void close() throws IOException {
      child().socket().close();
      child().process().destroy();
    }
  }

  /** A process that relays, and the connection to it. */
  private record Child(Process process, Socket socket) {

    /** Starts a process that prints its port first, and connects to it. */
    static Child start(String... command) throws IOException {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader out = process.inputReader(ISO_8859_1);
      int port = Integer.parseInt(out.readLine());
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      return new Child(process, socket);
    }

    Duration cpu() {
      return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("--copy")) {
      copy();
      return;
    }
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : MEBIBYTES;
    System.out.println(
        "                        daemon     copy  daemon/copy   s/GiB daemon  copy");
    List<Integer> numbers =
        args.length > 3 ? Stream.of(args).skip(3).map(Integer::valueOf).toList() : SOCKETS;
    for (Direction direction : Direction.values()) {
      for (int sockets : numbers) {
        compare(args[0], new Load(direction, sockets, (long) mebibytes << 20), rounds);
      }
    }
  }

  private static void compare(String script, Load load, int rounds) throws Exception {
    List<List<Run>> daemon = new ArrayList<>();
    List<List<Run>> copy = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      daemon.add(measure(load, () -> new Daemon(script)));
      copy.add(measure(load, Copy::new));
    }
    for (int run : new int[] {0, RUNS - 1}) {
      double ours = median(daemon, run, Run::mebibytesPerSecond);
      double theirs = median(copy, run, Run::mebibytesPerSecond);
      System.out.printf(
          Locale.ROOT, "%-8s %5d %-5s %8.0f %8.0f %12.2f %15.2f %5.2f%n",
          load.direction().name().toLowerCase(Locale.ROOT), load.sockets(),
          run == 0 ? "cold" : "warm", ours,
          theirs, ours / theirs, median(daemon, run, Run::cpuSecondsPerGibibyte),
          median(copy, run, Run::cpuSecondsPerGibibyte));
    }
  }

  private static double median(
      List<List<Run>> rounds, int run, ToDoubleFunction<Run> figure) {
    double[] all = rounds.stream().map(r -> r.get(run)).mapToDouble(figure).sorted().toArray();
    return (all[(all.length - 1) / 2] + all[all.length / 2]) / 2;
  }

  /** All runs of one process. */
  private static List<Run> measure(Load load, Callable<Relay> start) throws Exception {
    List<Run> runs = new ArrayList<>();
    try (ExecutorService peers = Executors.newVirtualThreadPerTaskExecutor();
        Relay relay = start.call();
        ServerSocket server =
            new ServerSocket(0, load.sockets(), InetAddress.getLoopbackAddress())) {
      List<Socket> accepted = new ArrayList<>();
      Future<?> accepting =
          peers.submit(
              () -> {
                while (accepted.size() < load.sockets()) {
                  accepted.add(server.accept());
                }
                return null;
              });
      relay.connect(server.getLocalPort(), load.sockets());
      accepting.get();
      for (int i = 0; i < RUNS; i++) {
        Duration before = relay.child().cpu();
        long begin = System.nanoTime();
        double bytes = transfer(load, relay, accepted, peers);
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpu = relay.child().cpu().minus(before).toNanos() / 1e9;
        runs.add(new Run(bytes / seconds / (1 << 20), cpu * (1 << 30) / bytes));
      }
      for (Socket peer : accepted) {
        peer.close();
      }
    }
    return runs;
  }

  /** Returns how many bytes it was: as many as are the same number of blocks for each socket. */
  private static long transfer(
      Load load, Relay relay, List<Socket> accepted, ExecutorService threads) throws Exception {
    int block = load.direction() == Direction.SEND ? SENT_BLOCK : BLOCK;
    long blocks = Math.max(1, load.bytes() / block / accepted.size());
    List<Future<?>> peers = new ArrayList<>();
    for (Socket peer : accepted) {
      peers.add(
          threads.submit(
              () -> {
                if (load.direction() == Direction.RECEIVE) {
                  byte[] data = new byte[block];
                  for (long i = 0; i < blocks; i++) {
                    peer.getOutputStream().write(data);
                  }
                } else {
                  peer.getInputStream().skipNBytes(blocks * block);
                }
                return null;
              }));
    }
    if (load.direction() == Direction.RECEIVE) {
      for (long left = blocks * block * accepted.size(); left > 0;) {
        left -= relay.receive();
      }
    } else {
      byte[] data = new byte[block];
      for (long i = 0; i < blocks; i++) {
        for (int socket = 0; socket < accepted.size(); socket++) {
          relay.send(socket, data);
        }
      }
    }
    for (Future<?> peer : peers) {
      peer.get();
    }
    return blocks * block * accepted.size();
  }

  /** The daemon, over its WebSocket. */
  private static final class Daemon implements Relay {
    private static final int FRAME_HEADER = 8;
    private static final int TCP_RECV = 0x13;
    private static final int TCP_CONNECTED = 0x11;
    private static final int AT_ONCE = 500; // fewer than the backlog of the peers' server

    private final Child child;
    private final Socket socket;
    private final DataInputStream in;
    private final byte[] head = new byte[FRAME_HEADER + 4];

    private Daemon(String script) throws IOException {
      child = // a client that only sends answers no ping
          Child.start(script, "--port", "0", "--token", TOKEN, "--limit", "pingInterval=10m");
      socket = child.socket();
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 256 << 10));
      socket.getOutputStream()
          .write(
              ("GET /io HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  + "X-JST-Auth: " + TOKEN + "\r\n\r\n").getBytes(ISO_8859_1));
      for (int last = 0; last != 0x0d0a0d0a;) {
        last = last << 8 | in.readUnsignedByte();
      }
    }

    @Override
    public void connect(int peerPort, int sockets) throws IOException {
      for (int first = 0; first < sockets; first += AT_ONCE) {
        connect(peerPort, first, Math.min(sockets, first + AT_ONCE));
      }
    }

    private void connect(int peerPort, int first, int end) throws IOException {
      byte[] host = "127.0.0.1".getBytes(ISO_8859_1);
      for (int id = first; id < end; id++) {
        message(
            0x10,
            ByteBuffer.allocate(6 + host.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(id)
                .putShort((short) peerPort)
                .put(host)
                .array());
      }
      for (int connected = first; connected < end;) {
        int payload = nextFrame();
        if (head[1] == TCP_CONNECTED) {
          connected++;
        }
        in.skipNBytes(payload);
      }
    }

    /** Reads the heads of the next message, and returns the length of what follows them. */
    private int nextFrame() throws IOException {
      while ((in.readUnsignedByte() & 0x08) != 0) { // a ping, which has no payload
        in.readUnsignedByte();
      }
      long length = in.readUnsignedByte();
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      in.readFully(head);
      return (int) length - head.length;
    }

    @Override
    public int receive() throws IOException {
      int payload = nextFrame();
      in.skipNBytes(payload);
      return head[1] == TCP_RECV ? payload : 0;
    }

    @Override
    public void send(int id, byte[] block) throws IOException {
      message(
          0x12,
          ByteBuffer.allocate(4 + block.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(id)
              .put(block)
              .array());
    }

    /** Sends a frame in a message that is masked with zeros. */
    private void message(int opcode, byte[] payload) throws IOException {
      int size = FRAME_HEADER + payload.length;
      ByteBuffer message = ByteBuffer.allocate(8 + size);
      message.put((byte) 0x82).put((byte) (0x80 | 126)).putShort((short) size).putInt(0);
      message.put((byte) 1).put((byte) opcode).putShort((short) 0).putInt(0).put(payload);
      socket.getOutputStream().write(message.array());
    }

    @Override
    public Child child() {
      return child;
    }
  }

  /** The program that only copies: a thread for each peer, blocking calls, no checks. */
  private static final class Copy implements Relay {
    private final Child child;
    private final Socket socket;
    private final byte[] buffer = new byte[256 << 10];

    private Copy() throws IOException {
      String java = ProcessHandle.current().info().command().orElseThrow();
      String self =
          Stream.of(ProcessHandle.current().info().arguments().orElseThrow())
              .filter(argument -> argument.endsWith(".java"))
              .findFirst()
              .orElseThrow();
      child = Child.start(java, "-XX:+UseSerialGC", self, "--copy");
      socket = child.socket();
    }

    @Override
    public void connect(int peerPort, int sockets) throws IOException {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(peerPort);
      out.writeInt(sockets);
      out.flush();
    }

    @Override
    public int receive() throws IOException {
      int count = socket.getInputStream().read(buffer);
      if (count < 0) {
        throw new IOException("The copying program has ended.");
      }
      return count;
    }

    @Override
    public void send(int id, byte[] block) throws IOException {
      socket.getOutputStream()
          .write(
              ByteBuffer.allocate(8 + block.length)
                  .putInt(id)
                  .putInt(block.length)
                  .put(block)
                  .array());
    }

    @Override
    public Child child() {
      return child;
    }
  }

  /** The copying program itself. Ends with its client. */
  private static void copy() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      try (Socket client = server.accept()) {
        client.setTcpNoDelay(true);
        DataInputStream in =
            new DataInputStream(new BufferedInputStream(client.getInputStream(), 256 << 10));
        int port = in.readInt();
        Socket[] peers = new Socket[in.readInt()];
        Object writing = new Object();
        for (int i = 0; i < peers.length; i++) {
          Socket peer = new Socket(InetAddress.getLoopbackAddress(), port);
          peers[i] = peer;
          Thread.ofPlatform().daemon().start(() -> copy(peer, client, writing));
        }
        byte[] block = new byte[SENT_BLOCK];
        while (true) {
          int id = in.readInt();
          in.readFully(block, 0, in.readInt());
          peers[id].getOutputStream().write(block);
        }
      }
    }
  }

  private static void copy(Socket peer, Socket client, Object writing) {
    byte[] buffer = new byte[256 << 10];
    try {
      OutputStream out = client.getOutputStream();
      for (int count; (count = peer.getInputStream().read(buffer)) >= 0;) {
        synchronized (writing) {
          out.write(buffer, 0, count);
        }
      }
    } catch (IOException e) {
      // One of them has ended.
    }
  }
}
