package com.jstorrent.iodaemon.hash;

import com.jstorrent.iodaemon.config.DownloadRoot;
import com.jstorrent.iodaemon.failure.OperationFailure;
import com.jstorrent.iodaemon.file.DownloadRoots;
import com.jstorrent.iodaemon.file.FileLocation;
import com.jstorrent.iodaemon.file.FileService;
import com.jstorrent.iodaemon.file.SafePath;
import com.jstorrent.iodaemon.stats.live.Stats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * How many MiB a second one core digests: from memory, and from a file in the system's page cache.
 * {@code /hash/pieces} should come close to that on every core. Run it with {@code java -jar
 * benchmarks.jar Digest}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class DigestBenchmark {
  private static final int BYTES = 1 << 20;

  @Param({"SHA1", "SHA256"})
  public HashAlgorithm algorithm;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
  private final Stats stats = new Stats();
  private Path folder;
  private FileService files;
  private List<FileRange> ranges;

  @Setup
  public void setUp() throws IOException, OperationFailure {
    folder = Files.createTempDirectory("digest");
    Files.write(folder.resolve("file"), new byte[BYTES]);
    DownloadRoot root = DownloadRoot.of("k", folder);
    files = new FileService(new DownloadRoots(List.of(root)), 1, stats);
    ranges = List.of(new FileRange(new FileLocation(root, SafePath.of("file")), 0, BYTES));
  }

  @TearDown
  public void tearDown() throws IOException {
    files.close();
    Files.delete(folder.resolve("file"));
    Files.delete(folder);
  }

  @Benchmark
  public byte[] memory() {
    MessageDigest digest = algorithm.newDigest();
    digest.update(memory.duplicate());
    return digest.digest();
  }

  @Benchmark
  public byte[] file() throws OperationFailure {
    return new FileDigests(files, stats).digest(algorithm, ranges);
  }
}
