package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.testkit.Peer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.codec.digest.DigestUtils;

/** Writes, reads, hashes, handles, renames and deletes, on connections that end with each round. */
final class SoakFiles implements SoakLoad {
  private static final int FILES = 8;
  private static final int MAX_BYTES = 3 << 20;

  private final String folder;

  SoakFiles(String folder) {
    this.folder = folder;
  }

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws IOException {
    try (FileClient files = new FileClient(environment.port)) {
      for (int i = 0; i < FILES; i++) {
        one(files, folder + "/" + i, Peer.bytes(random.nextLong(), random.nextInt(1, MAX_BYTES)),
            environment);
      }
      require(files.query("/ops/list", folder));
      require(files.delete(folder));
    }
  }

  private static void one(FileClient files, String path, byte[] data, SoakEnvironment environment)
      throws IOException {
    int half = data.length / 2;
    require(files.write(path, 0, Arrays.copyOf(data, half)));
    require(files.writeVerified(path, half, Arrays.copyOfRange(data, half, data.length)));
    assertThat(require(files.read(path)).body()).isEqualTo(data);
    assertThat(require(files.read(path, half, data.length - half)).body())
        .isEqualTo(Arrays.copyOfRange(data, half, data.length));
    assertThat(require(files.get("/hash/sha1/" + path + "?root_key=" + FileClient.ROOT)).text())
        .isEqualTo(DigestUtils.sha1Hex(data));
    assertThat(files.writeVerified(path, data.length, new byte[0]).status()).isEqualTo(200);
    byte[] tail = Arrays.copyOf(data, Math.min(1000, data.length));
    assertThat(files.batch(List.of(new FileClient.Extent(path, data.length, tail))))
        .allMatch(result -> result.get("status").equals(200L));
    String handle = files.open(path, "rw");
    require(files.patch(handle, data.length, tail));
    require(files.post("/files/" + handle + "/flush"));
    require(files.post("/files/" + handle + "/close"));
    require(files.truncate(path, data.length));
    require(files.rename(path, path + ".done"));
    assertThat(require(files.read(path + ".done")).body()).isEqualTo(data);
    environment.verified.add(3L * data.length);
  }

  private static FileClient.Answer require(FileClient.Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer;
  }
}
