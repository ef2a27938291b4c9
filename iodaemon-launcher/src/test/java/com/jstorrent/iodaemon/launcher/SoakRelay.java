package com.jstorrent.iodaemon.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.jstorrent.iodaemon.client.IoClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Bulk traffic through some sockets, with every byte compared; from time to time one of them is not read, which
 * delays its own peer only.
 */
final class SoakRelay implements SoakLoad {
  private static final int SOCKETS = 6;
  private static final int TOTAL = 32 << 20;
  private static final int MAX_BYTES = 200_000;

  /** One of this many reads is followed by a pause. */
  private static final int REST_EVERY = 500;

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    try (IoClient client = environment.client();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<SoakStream> streams = new ArrayList<>();
      List<Future<?>> receivers = new ArrayList<>();
      for (int i = 0; i < SOCKETS; i++) {
        SoakStream stream = new SoakStream(environment, client, random.nextLong());
        streams.add(stream);
        receivers.add(threads.submit(receiver(environment, stream, random.split())));
      }
      for (int left = TOTAL; left > 0;) {
        int count = Math.min(left, random.nextInt(1, MAX_BYTES));
        streams.get(random.nextInt(SOCKETS)).send(count);
        left -= count;
      }
      for (SoakStream stream : streams) {
        stream.finish();
      }
      for (int i = 0; i < SOCKETS; i++) {
        receivers.get(i).get();
        assertThat(streams.get(i).inFlight()).isZero();
        streams.get(i).close();
      }
    }
  }

  private static Callable<Object> receiver(
      SoakEnvironment environment, SoakStream stream, SplittableRandom random) {
    return () -> {
      while (stream.receive() >= 0) {
        if (random.nextInt(REST_EVERY) == 0) {
          environment.pause(Duration.ofMillis(random.nextInt(500, 4000)));
        }
      }
      return true;
    };
  }
}
