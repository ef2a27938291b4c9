package com.jstorrent.iodaemon.testkit.model;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Sequences of steps, in which transfers are more frequent than ends. */
public final class Steps {
  private Steps() {}

  public static Arbitrary<List<Step>> arbitrary() {
    Arbitrary<Integer> socket = Arbitraries.integers().between(0, 3);
    Arbitrary<Integer> size =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.integers().between(1, 2000)),
            Tuple.of(2, Arbitraries.of(1023, 1024, 16_384, 65_535, 65_537, 262_144, 262_145)),
            Tuple.of(1, Arbitraries.integers().between(1, 300_000)));
    Arbitrary<Step> step =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.of(true, false).map(Step.Connects::new)),
            Tuple.of(1, Arbitraries.just(new Step.PeerConnects())),
            Tuple.of(8, Combinators.combine(socket, size).as(Step.ClientSends::new)),
            Tuple.of(8, Combinators.combine(socket, size).as(Step.PeerSends::new)),
            Tuple.of(2, socket.map(Step.PeerStalls::new)),
            Tuple.of(1, socket.map(Step.PeerReads::new)),
            Tuple.of(2, socket.map(Step.PeerEnds::new)),
            Tuple.of(1, socket.map(Step.PeerResets::new)),
            Tuple.of(2, socket.map(Step.Secures::new)),
            Tuple.of(2, socket.map(Step.ClientShutsDown::new)),
            Tuple.of(2, socket.map(Step.ClientCloses::new)),
            Tuple.of(1, Arbitraries.just(new Step.ClientStalls())),
            Tuple.of(1, Arbitraries.just(new Step.ClientReads())),
            Tuple.of(1, Arbitraries.just(new Step.ClientVanishes())));
    return step.list().ofMinSize(1).ofMaxSize(25);
  }
}
