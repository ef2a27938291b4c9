package com.jstorrent.iodaemon.testkit.transport;

import com.jstorrent.iodaemon.testkit.transport.RecordingReceiver.Event;
import com.jstorrent.iodaemon.testkit.transport.Worker.Task;
import com.jstorrent.iodaemon.transport.CloseReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a transport does with frames of a client. A part of {@link FrameConnectionContract}. */
public interface ReceivingContract extends TransportUnderTest {

  /** Frames of sizes around those at which wire formats change. */
  @Test
  default void framesOfEverySizeAreDelivered() throws Exception {
    int[] sizes = FrameSizes.all();
    try (Connected both = Connected.open(this)) {
      Task<?> sending =
          both.clientSends(
              "the client's send",
              () -> {
                for (int size : sizes) {
                  both.client().send(Connected.bytes(size, size));
                }
              });
      for (int size : sizes) {
        both.expect(
            Connected.bytes(size, size),
            Rule.FRAMES_ARE_DELIVERED,
            "the frame of " + size + " bytes");
      }
      sending.done(Rule.FRAMES_ARE_DELIVERED);
    }
  }

  /** Both ends write and read at once. */
  @Test
  default void manySmallFramesGoBothWaysAtOnce() throws Exception {
    try (Connected both = Connected.open(this)) {
      Task<?> sending =
          both.relay(
              "send",
              () -> {
                for (int i = 0; i < FrameSizes.MANY; i++) {
                  both.sendNow(FrameSizes.numbered(i));
                }
              });
      Task<?> clientSending =
          both.clientSends(
              "the client's send",
              () -> {
                for (int i = 0; i < FrameSizes.MANY; i++) {
                  both.client().send(FrameSizes.numbered(i));
                }
              });
      for (int i = 0; i < FrameSizes.MANY; i++) {
        both.receive(FrameSizes.numbered(i), Rule.FRAMES_REACH_THE_CLIENT, "frame " + i);
        both.expect(FrameSizes.numbered(i), Rule.FRAMES_ARE_DELIVERED, "frame " + i);
      }
      sending.done(Rule.FRAMES_REACH_THE_CLIENT);
      clientSending.done(Rule.FRAMES_ARE_DELIVERED);
    }
  }

  /** Flow control in the other direction. */
  @Test
  default void aSessionThatTakesNothingHoldsUpTheClient() throws Exception {
    byte[] frame = Connected.bytes(4, FrameSizes.LARGE);
    int frames = FrameSizes.MUCH / frame.length;
    try (Connected both = Connected.open(this)) {
      CountDownLatch gate = both.receiver().holdUp();
      AtomicLong sent = new AtomicLong();
      Task<?> sending =
          both.clientSends(
              "the client's send of 64 MiB that the session does not take",
              () -> {
                for (int i = 0; i < frames; i++) {
                  both.client().send(frame);
                  sent.incrementAndGet();
                }
              });
      sending.blocks(Rule.DELIVERY_MAY_BLOCK, sent);
      gate.countDown();
      for (int i = 0; i < frames; i++) {
        both.expect(frame, Rule.FRAMES_ARE_DELIVERED, "frame " + i);
      }
      sending.done(Rule.FRAMES_ARE_DELIVERED);
    }
  }

  /** A session reads no more of a frame than it needs. */
  @Test
  default void framesMayBeLeftUnread() throws Exception {
    int[] sizes = FrameSizes.all();
    try (Connected both = Connected.open(this)) {
      both.receiver().leaveUnread();
      Task<?> sending =
          both.clientSends(
              "the client's send",
              () -> {
                for (int size : sizes) {
                  both.client().send(Connected.bytes(size, size));
                }
              });
      for (int size : sizes) {
        byte[] first = {Connected.bytes(size, size)[0]};
        both.expect(
            first,
            Rule.FRAMES_ARE_DELIVERED,
            "the frame of " + size + " bytes, behind one that was left unread,");
      }
      sending.done(Rule.FRAMES_ARE_DELIVERED);
    }
  }

  /** The limit itself is allowed. */
  @Test
  default void aFrameOverTheLimitIsAViolationAndIsNotDelivered() throws Exception {
    try (Connected both = Connected.open(this)) {
      both.clientSends(
          "the client's send",
          () -> {
            both.client().send(Connected.bytes(5, Connected.FRAME_LIMIT));
            both.client().send(new byte[Connected.FRAME_LIMIT + 1]);
          });
      both.expect(
          Connected.bytes(5, Connected.FRAME_LIMIT),
          Rule.LIMIT_IS_KEPT,
          "a frame of frameLimit() bytes");
      expectViolation(both, Rule.LIMIT_IS_KEPT);
    }
  }

  private static void expectViolation(Connected both, Rule rule) throws InterruptedException {
    switch (both.next(rule)) {
      case Event.Violation(CloseReason reason) ->
          rule.require(reason == CloseReason.TOO_BIG, "the reason is " + reason + ".");
      case Event.Frame(ByteBuffer bytes) ->
          throw rule.broken("a frame of " + bytes.remaining() + " bytes is delivered.");
      case Event other -> throw rule.broken("instead comes " + other + ".");
    }
  }

  /** The limit grows when the client has authenticated. */
  @Test
  default void theLimitIsAskedForWithEachFrame() throws Exception {
    try (Connected both = Connected.open(this)) {
      both.receiver().limit(FrameSizes.FEW);
      both.clientSends("the client's send", () -> both.client().send(new byte[FrameSizes.FEW]));
      both.expect(new byte[FrameSizes.FEW], Rule.LIMIT_IS_ASKED_FOR,
          "a frame within the first limit");
      both.receiver().limit(FrameSizes.LARGE);
      byte[] larger = Connected.bytes(6, FrameSizes.LARGE);
      both.clientSends("the client's send", () -> both.client().send(larger));
      both.expect(larger, Rule.LIMIT_IS_ASKED_FOR, "a frame within the larger limit");
      both.receiver().limit(FrameSizes.FEW);
      both.clientSends("the client's send", () -> both.client().send(larger));
      expectViolation(both, Rule.LIMIT_IS_ASKED_FOR);
    }
  }

  /**
   * Closing a TCP connection while received bytes are unread resets it, and what the client has not read yet is
   * lost. So what the client sends after a violation must be read and discarded.
   */
  @Test
  default void theErrorReachesAClientThatGoesOnSending() throws Exception {
    byte[] error = {1, 2, 3};
    try (Connected both = Connected.open(this)) {
      both.receiver().limit(FrameSizes.FEW);
      Task<?> sending =
          both.clientSends(
              "the client's send after its violation",
              () -> {
                for (int i = 0; i < FrameSizes.FEW; i++) {
                  both.client().send(new byte[FrameSizes.LARGE]);
                }
              });
      expectViolation(both, Rule.ERROR_ARRIVES);
      both.relay("close after a violation", () -> {
        both.sendNow(error);
        both.connection().close(CloseReason.TOO_BIG);
        try {
          both.connection().flush();
        } catch (IOException e) {
          // It is closed already, which a transport may report in this way.
        }
      }).done(Rule.ERROR_ARRIVES);
      both.receive(error, Rule.ERROR_ARRIVES, "the ERROR");
      both.receiveEnd(Rule.ERROR_ARRIVES);
      both.elsewhere("the client's close", () -> both.client().close()).ends(Rule.ERROR_ARRIVES);
      both.elsewhere("the client's vanish", () -> both.client().vanish()).ends(Rule.ERROR_ARRIVES);
      sending.ends(Rule.ERROR_ARRIVES);
    }
  }
}
