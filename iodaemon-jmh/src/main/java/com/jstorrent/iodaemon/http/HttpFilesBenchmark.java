package com.jstorrent.iodaemon.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.jstorrent.iodaemon.IoDaemon;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.apache.commons.codec.digest.DigestUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Requests on one keep-alive connection: reads, writes and verified writes of one size, in one file after
 * the other. The client is a plain socket and costs little. The result is requests per second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HttpFilesBenchmark {
  private static final String TOKEN = "benchmark";
  private static final String LENGTH = "content-length: ";
  private static final String PATH = "X-Path-Base64: ";

  @Param({"16384", "1048576"})
  public int bytes = 1 << 14;

  /** With more than {@code openFiles} (512) each request has to open its file. */
  @Param("1")
  public int files = 1;

  private byte[][] paths;
  private int next;
  private Path root;
  private IoDaemon daemon;
  private Socket socket;
  private InputStream in;
  private byte[] block;
  private byte[] read;
  private byte[] write;
  private byte[] verifiedWrite;
  private int readPath;
  private int writePath;
  private int verifiedWritePath;

  @Setup
  public void setUp() throws IOException {
    root = Files.createTempDirectory("benchmark");
    block = new byte[bytes];
    paths = new byte[files][];
    for (int i = 0; i < files; i++) {
      Files.write(root.resolve(name(i)), block);
      paths[i] = path(i);
    }
    daemon =
        IoDaemon.builder()
            .token(TOKEN)
            .root("root", root)
            .transport(HttpTransport.onPort(0))
            .build()
            .start();
    socket = new Socket(InetAddress.getLoopbackAddress(), daemon.port());
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    read = head("GET /read/root", "X-Length: " + bytes);
    write = withBody(head("POST /write/root", LENGTH + bytes));
    verifiedWrite =
        withBody(
            head("POST /write/root",
                LENGTH + bytes + "\r\nX-Expected-SHA1: "
                    + HexFormat.of().formatHex(DigestUtils.sha1(block))));
    readPath = pathIn(read);
    writePath = pathIn(write);
    verifiedWritePath = pathIn(verifiedWrite);
  }

  private static int pathIn(byte[] request) {
    return new String(request, US_ASCII).indexOf(PATH) + PATH.length();
  }

  private static byte[] head(String request, String more) {
    return (request + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-JST-Auth: " + TOKEN
        + "\r\n" + PATH + new String(path(0), US_ASCII) + "\r\nX-Offset: 0\r\n" + more + "\r\n\r\n")
        .getBytes(US_ASCII);
  }

  /** All names have the same length, so that a request can go to another file. */
  private static String name(int file) {
    return "file%05d".formatted(file);
  }

  private static byte[] path(int file) {
    return Base64.getEncoder().encode(name(file).getBytes(US_ASCII));
  }

  private byte[] withBody(byte[] head) {
    byte[] request = new byte[head.length + bytes];
    System.arraycopy(head, 0, request, 0, head.length);
    return request;
  }

  @Benchmark
  public int read() throws IOException {
    return exchange(read, readPath);
  }

  @Benchmark
  public int write() throws IOException {
    return exchange(write, writePath);
  }

  @Benchmark
  public int verifiedWrite() throws IOException {
    return exchange(verifiedWrite, verifiedWritePath);
  }

  /**
   * Sends a request for the next file and reads its answer, which must be 200.
   *
   * @param path where the path stands in the request
   */
  private int exchange(byte[] request, int path) throws IOException {
    byte[] encoded = paths[next];
    System.arraycopy(encoded, 0, request, path, encoded.length);
    next = next + 1 < files ? next + 1 : 0;
    socket.getOutputStream().write(request);
    String status = line();
    if (!status.startsWith("HTTP/1.1 200 ")) {
      throw new IOException(status);
    }
    int length = 0;
    for (String line; !(line = line()).isEmpty();) {
      if (line.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
        length = Integer.parseInt(line.substring(LENGTH.length()));
      }
    }
    int read = in.readNBytes(block, 0, Math.min(length, block.length));
    in.skipNBytes(length - read);
    return length;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c; (c = in.read()) != '\n';) {
      if (c < 0) {
        throw new IOException("The daemon has closed the connection.");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @TearDown
  public void tearDown() throws IOException {
    socket.close();
    daemon.close();
    for (int i = 0; i < files; i++) {
      Files.delete(root.resolve(name(i)));
    }
    Files.delete(root);
  }
}
