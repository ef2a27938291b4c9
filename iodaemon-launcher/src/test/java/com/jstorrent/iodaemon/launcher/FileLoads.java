package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.json.Json;
import com.jstorrent.iodaemon.launcher.KeptConnection.Answer;
import com.jstorrent.iodaemon.launcher.KeptConnection.Request;
import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Loads over the routes for files. */
final class FileLoads {
  private static final int NAMES = 100_000;
  private static final int NAME_LENGTH = 255;
  private static final int HANDLES = 23_497;
  private static final int DEPTH = 15;
  private static final int AT_ONCE = 50;

  private FileLoads() {}

  /** Verified writes of 48 MiB, one after the other by each of three clients. */
  static void verifiedWrites(LoadTarget target) {
    byte[] body = Peer.bytes(1, 48 << 20);
    for (int i = 0; i < 3; i++) {
      FileClient client = target.keep(new FileClient(target.port()));
      String path = "written-" + i;
      target.start(
          () -> {
            int status = client.writeVerified(path, 0, body).status();
            for (int again = 0; again < 3 && !target.isClosing(); again++) {
              status = client.writeVerified(path, 0, body).status();
            }
            return "status " + status;
          });
    }
  }

  /** Two listings of many long names, which their clients do not read. */
  static void listings(LoadTarget target) throws IOException {
    Path folder = target.root().resolve("names");
    if (!Files.exists(folder)) {
      Files.createDirectory(folder);
      for (int i = 0; i < NAMES; i++) {
        String number = Integer.toString(i);
        Files.createFile(folder.resolve("n".repeat(NAME_LENGTH - number.length()) + number));
      }
    }
    for (int i = 0; i < 2; i++) {
      target.start(
          () -> {
            RawClient client = target.keep(new RawClient(target.port()));
            client.send(
                "GET /ops/list?root_key=" + FileClient.ROOT + "&path=names HTTP/1.1\r\n"
                    + "Host: localhost\r\nX-JST-Auth: " + FileClient.TOKEN + "\r\n\r\n");
            return "status " + client.status();
          });
    }
  }

  /**
   * Handles of a file at a long path. They belong to no session, so each has to be closed; to know all of them
   * this waits for the answers.
   */
  static void handles(LoadTarget target) throws IOException {
    String path = ("d".repeat(NAME_LENGTH) + "/").repeat(DEPTH) + "file";
    try (FileClient client = new FileClient(target.port())) {
      client.write(path, 0, new byte[1]);
    }
    String json =
        Json.write(Map.of("root_key", FileClient.ROOT, "path", path, "mode", "r"));
    List<Request> opens = Collections.nCopies(AT_ONCE, new Request("/files/open", json));
    List<String> ids = new ArrayList<>();
    boolean refused = false;
    try (KeptConnection connection = new KeptConnection(target.port())) {
      while (ids.size() < HANDLES && !refused) {
        for (Answer answer : connection.send(opens)) {
          if (answer.status() == 200) {
            ids.add((String) Json.readObject(answer.body()).get("fileId"));
          } else {
            refused = true;
          }
        }
      }
    }
    target.note("handles", ids.size());
    target.keep(() -> closeAll(target.port(), ids));
  }

  private static void closeAll(int port, List<String> ids) throws IOException {
    try (KeptConnection connection = new KeptConnection(port)) {
      for (int from = 0; from < ids.size(); from += AT_ONCE) {
        connection.send(
            ids.subList(from, Math.min(from + AT_ONCE, ids.size()))
                .stream()
                .map(id -> new Request("/files/" + id + "/close", ""))
                .toList());
      }
    }
  }
}
