package com.jstorrent.iodaemon.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code openssl s_server} with the certificate of the tests, which sends every line back, reversed.
 * It accepts any SNI name, whereas the JDK's server refuses names that are not valid host names.
 */
public final class OpensslServer implements AutoCloseable {
  private final Program program;
  private final int port;

  private OpensslServer(Program program, int port) {
    this.program = program;
    this.port = port;
  }

  /** The key and the certificate as PEM; skips the test where openssl is not installed. */
  public static Path exportKey(Path folder) throws IOException {
    Program.assumeThere("openssl", "version");
    Path pem = folder.resolve("peer.pem");
    try (Program export =
        Program.start(
            "openssl", "pkcs12", "-in", TestTls.keyStore().toString(), "-nodes",
            "-passin", "pass:" + TestTls.password(), "-out", pem.toString())) {
      export.awaitExit();
    }
    return pem;
  }

  public static OpensslServer start(Path pem, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "openssl", "s_server", "-accept", "0", "-cert", pem.toString(), "-key",
                pem.toString(), "-rev"));
    command.addAll(List.of(options));
    Program program = Program.start(command.toArray(String[]::new));
    String line;
    do {
      line = program.readLine();
    } while (!line.startsWith("ACCEPT"));
    return new OpensslServer(program, Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    program.close();
  }
}
