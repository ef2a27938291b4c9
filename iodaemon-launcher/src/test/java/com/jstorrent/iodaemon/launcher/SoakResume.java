package com.jstorrent.iodaemon.launcher;

import com.jstorrent.iodaemon.client.IoClient;
import com.jstorrent.iodaemon.testkit.CuttableProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * WebSockets that are lost without a Close, often within a frame: the client resumes its session (PROTOCOL.md §
 * 9.3) without losing a byte; some never come back.
 */
final class SoakResume implements SoakLoad {
  private static final int LOSSES = 5;
  private static final int SOCKETS = 3;
  private static final int WRITES = 30;
  private static final int MAX_BYTES = 20_000;

  @Override
  public void round(SoakEnvironment environment, SplittableRandom random) throws Exception {
    try (CuttableProxy proxy = new CuttableProxy(environment.port);
        IoClient client = IoClient.connect(proxy.address(), FileClient.TOKEN)) {
      List<SoakStream> streams = new ArrayList<>();
      for (int i = 0; i < SOCKETS; i++) {
        streams.add(new SoakStream(environment, client, random.nextLong()));
      }
      for (int i = 0; i < LOSSES; i++) {
        for (int write = 0; write < WRITES; write++) {
          streams.get(random.nextInt(SOCKETS)).send(random.nextInt(1, MAX_BYTES));
        }
        for (SoakStream stream : streams) {
          stream.receive(random.nextLong(stream.inFlight() + 1));
        }
        proxy.cutAfter(random.nextInt(MAX_BYTES));
        environment.killed.increment();
      }
      for (SoakStream stream : streams) {
        stream.receive(stream.inFlight());
      }
      if (random.nextInt(4) == 0) {
        proxy.refuse(true); // its sockets are kept until they expire
      }
    }
  }
}
