package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.testkit.transport.Worker.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a transport does with frames for a client. A part of {@link FrameConnectionContract}. */
public interface SendingContract extends TransportUnderTest {

  /** Frames of sizes around those at which wire formats change. */
  @Test
  default void framesOfEverySizeReachTheClient() throws Exception {
    int[] sizes = FrameSizes.all();
    try (Connected both = Connected.open(this)) {
      Task<?> sending =
          both.relay(
              "send",
              () -> {
                for (int size : sizes) {
                  both.sendNow(Connected.bytes(size, size));
                }
              });
      for (int size : sizes) {
        both.receive(
            Connected.bytes(size, size),
            Rule.FRAMES_REACH_THE_CLIENT,
            "the frame of " + size + " bytes");
      }
      sending.done(Rule.FRAMES_REACH_THE_CLIENT);
    }
  }

  /** A transport may hold small frames back until the flush, but not change their order. */
  @Test
  default void manySmallFramesKeepTheirOrderOverOneFlush() throws Exception {
    try (Connected both = Connected.open(this)) {
      Task<?> sending =
          both.relay(
              "send",
              () -> {
                for (int i = 0; i < FrameSizes.MANY; i++) {
                  both.send(FrameSizes.numbered(i));
                }
                both.send(Connected.bytes(1, 100_000));
                both.send(new byte[] {7});
                both.connection().flush();
              });
      for (int i = 0; i < FrameSizes.MANY; i++) {
        both.receive(FrameSizes.numbered(i), Rule.FRAMES_REACH_THE_CLIENT, "small frame " + i);
      }
      both.receive(
          Connected.bytes(1, 100_000), Rule.FRAMES_REACH_THE_CLIENT, "the large frame behind them");
      both.receive(new byte[] {7}, Rule.FRAMES_REACH_THE_CLIENT, "the last frame");
      sending.done(Rule.FRAMES_REACH_THE_CLIENT);
    }
  }

  /** Sending several frames in one call is the same as one call for each. */
  @Test
  default void framesThatAreSentTogetherArriveInOrder() throws Exception {
    List<byte[]> frames = new ArrayList<>();
    for (int size : FrameSizes.all()) {
      frames.add(Connected.bytes(size, size));
    }
    try (Connected both = Connected.open(this)) {
      Task<?> sending =
          both.relay(
              "send",
              () -> {
                both.send(FrameSizes.numbered(1)); // may be held back, and comes first nevertheless
                both.sendTogether(frames);
                both.sendNow(FrameSizes.numbered(2));
              });
      both.receive(FrameSizes.numbered(1), Rule.FRAMES_REACH_THE_CLIENT, "the frame before them");
      for (byte[] frame : frames) {
        both.receive(
            frame, Rule.FRAMES_REACH_THE_CLIENT, "the frame of " + frame.length + " bytes");
      }
      both.receive(FrameSizes.numbered(2), Rule.FRAMES_REACH_THE_CLIENT, "the frame behind them");
      sending.done(Rule.FRAMES_REACH_THE_CLIENT);
    }
  }

  /** Flow control, and nothing is lost by it. */
  @Test
  default void sendBlocksForAClientThatDoesNotReadAndLosesNothing() throws Exception {
    byte[] frame = Connected.bytes(2, FrameSizes.LARGE);
    int frames = FrameSizes.MUCH / frame.length;
    try (Connected both = Connected.open(this)) {
      AtomicLong sent = new AtomicLong();
      Task<?> sending =
          both.relay(
              "send of 64 MiB that the client does not read",
              () -> {
                while (sent.get() < frames) {
                  both.send(frame);
                  sent.incrementAndGet();
                }
                both.connection().flush();
              });
      sending.blocks(Rule.SEND_BLOCKS, sent);
      for (int i = 0; i < frames; i++) {
        byte[] received = both.receive(Rule.FRAMES_REACH_THE_CLIENT);
        Rule.FRAMES_REACH_THE_CLIENT.require(
            Arrays.equals(received, frame),
            "frame " + i + " came otherwise than it was sent, while send had blocked.");
      }
      sending.done(Rule.FRAMES_REACH_THE_CLIENT);
    }
  }

  /** A client that does not read may still send, for instance what makes room. */
  @Test
  default void whatTheClientSendsIsDeliveredWhileSendIsBlocked() throws Exception {
    try (Connected both = Connected.open(this)) {
      AtomicLong sent = new AtomicLong();
      sendWithoutEnd(both, sent).blocks(Rule.SEND_BLOCKS, sent);
      Task<?> sending =
          both.clientSends(
              "the client's send",
              () -> {
                for (int i = 0; i < FrameSizes.FEW; i++) {
                  both.client().send(FrameSizes.numbered(i));
                }
              });
      for (int i = 0; i < FrameSizes.FEW; i++) {
        both.expect(FrameSizes.numbered(i), Rule.DIRECTIONS_ARE_APART, "frame " + i);
      }
      sending.done(Rule.DIRECTIONS_ARE_APART);
    }
  }

  /** The session probes from threads of its own, which a probe that blocks would hold up. */
  @Test
  default void probeDoesNotBlockAndChangesNothing() throws Exception {
    byte[] frame = Connected.bytes(3, FrameSizes.LARGE);
    try (Connected both = Connected.open(this)) {
      both.elsewhere("probe", () -> both.connection().probe()).done(Rule.PROBE_DOES_NOT_BLOCK);
      AtomicLong sent = new AtomicLong();
      Task<?> sending =
          both.relay(
              "send",
              () -> {
                for (int i = 0; i < FrameSizes.MUCH / frame.length; i++) {
                  both.send(frame);
                  sent.incrementAndGet();
                }
                both.connection().flush();
              });
      sending.blocks(Rule.SEND_BLOCKS, sent);
      for (int i = 0; i < FrameSizes.FEW; i++) {
        both.elsewhere("probe while send is blocked", () -> both.connection().probe())
            .done(Rule.PROBE_DOES_NOT_BLOCK);
      }
      for (int i = 0; i < FrameSizes.MUCH / frame.length; i++) {
        both.receive(frame, Rule.PROBE_DOES_NOT_BLOCK, "frame " + i);
      }
      sending.done(Rule.PROBE_DOES_NOT_BLOCK);
    }
  }

  /** A session that sends large frames until that fails. */
  private static Task<?> sendWithoutEnd(Connected both, AtomicLong sent) {
    return both.relay(
        "send to a client that does not read",
        () -> {
          while (sent.get() < FrameSizes.MUCH / FrameSizes.LARGE) {
            both.send(new byte[FrameSizes.LARGE]);
            sent.incrementAndGet();
          }
        });
  }
}
