package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.jstorrent.iodaemon.IoDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon serves clients of the transport. */
class DaemonOverUnixSocketTest {
  private static final byte[] CLIENT_HELLO = {1, 1, 0, 0, 7, 0, 0, 0};
  private static final int SERVER_HELLO = 2;

  @Test
  void answersAHelloAndEndsTheConnectionWhenItIsClosed(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("socket");
    UnixClient client;
    try (IoDaemon daemon =
        IoDaemon.builder()
            .token("secret")
            .transport(new UnixSocketTransport(socket))
            .build()
            .start()) {
      assertEquals(0, daemon.port());
      client = UnixClient.connect(socket);
      client.send(CLIENT_HELLO);
      byte[] answer = client.receive();
      assertEquals(SERVER_HELLO, answer[1]);
      assertEquals(7, answer[4]); // the request id, whose lowest byte comes first
    }
    assertNull(client.receive());
    client.close();
    assertFalse(Files.exists(socket));
  }
}
